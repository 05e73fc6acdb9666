// Timestamps as text (RFC 3339) and their parts in a time zone: IANA names through Intl, or fixed offsets. Source of
// truth: google/cel-spec, doc/langdef.md ("Timestamps", "Timezones").
import { MAX_TIMESTAMP, MIN_TIMESTAMP } from './arithmetic.js';
import { CelTimestamp } from './values.js';

const NANOS = 1_000_000_000n;
const PATTERN = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,18}))?(?:Z|([+-])(\d\d):(\d\d))$/;

/** An RFC 3339 timestamp; undefined where the text is none or outside the years 1 to 9999. */
export function parseTimestamp(text: string): CelTimestamp | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const [offsetHours, offsetMinutes] = [Number(match[9] ?? 0), Number(match[10] ?? 0)];
  if (offsetHours > 24 || offsetMinutes > 60) return undefined;
  const offset = (match[8] === '-' ? -1 : 1) * (offsetHours * 60 + offsetMinutes) * 60;
  const seconds = utcSeconds(year, month, day) + hour * 3600 + minute * 60 + second - offset;
  const fraction = BigInt((match[7] ?? '').slice(0, 9).padEnd(9, '0'));
  const nanos = BigInt(seconds) * NANOS + fraction;
  return nanos < MIN_TIMESTAMP || nanos > MAX_TIMESTAMP ? undefined : new CelTimestamp(nanos);
}

function utcSeconds(year: number, month: number, day: number): number {
  // Date.UTC reads the years 0 to 99 as 1900 to 1999.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime() / 1000;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** A timestamp in UTC with as many fractional digits as it needs: `2024-02-03T04:05:06.7Z`. */
export function printTimestamp(timestamp: CelTimestamp): string {
  const [seconds, nanos] = split(timestamp.nanos);
  const iso = new Date(Number(seconds) * 1000).toISOString().replace(/\.\d+Z$/, '');
  const fraction = String(nanos).padStart(9, '0').replace(/0+$/, '');
  return `${iso}${fraction === '' ? '' : `.${fraction}`}Z`;
}

/** Whole seconds since the epoch, rounded down, and the nanoseconds beyond them. */
export function split(nanos: bigint): [bigint, bigint] {
  const rest = ((nanos % NANOS) + NANOS) % NANOS;
  return [(nanos - rest) / NANOS, rest];
}

/** The parts of a point in time as a calendar and clock show them. */
export interface CalendarParts {
  readonly year: number;
  /** From 0 */
  readonly month: number;
  /** From 1 */
  readonly day: number;
  /** From 0, Sunday */
  readonly weekday: number;
  /** From 0 */
  readonly dayOfYear: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly milliseconds: number;
}

/** The parts in a time zone (`UTC`, `Europe/Berlin`, `+02:00`, `-01:30`); undefined where there is no such zone. */
export function calendarParts(timestamp: CelTimestamp, zone: string): CalendarParts | undefined {
  const [seconds, nanos] = split(timestamp.nanos);
  const offset = offsetSeconds(Number(seconds), zone);
  if (offset === undefined) return undefined;
  const local = new Date((Number(seconds) + offset) * 1000);
  const [year, month, day] = [local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate()];
  return {
    year,
    month,
    day,
    weekday: local.getUTCDay(),
    dayOfYear: Math.round((utcSeconds(year, month + 1, day) - utcSeconds(year, 1, 1)) / 86_400),
    hours: local.getUTCHours(),
    minutes: local.getUTCMinutes(),
    seconds: local.getUTCSeconds(),
    milliseconds: Number(nanos / 1_000_000n),
  };
}

function offsetSeconds(seconds: number, zone: string): number | undefined {
  if (zone === 'UTC' || zone === '' || zone === 'Z') return 0;
  const fixed = /^([+-]?)(\d\d):(\d\d)$/.exec(zone);
  if (fixed !== null) {
    const [hours, minutes] = [Number(fixed[2]), Number(fixed[3])];
    if (hours > 23 || minutes > 59) return undefined;
    return (fixed[1] === '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
  }
  const format = zoneFormat(zone);
  if (format === undefined) return undefined;
  const parts = new Map(format.formatToParts(seconds * 1000).map((part) => [part.type, Number(part.value)]));
  const get = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const local = utcSeconds(get('year'), get('month'), get('day'));
  return local + (get('hour') % 24) * 3600 + get('minute') * 60 + get('second') - seconds;
}

const formats = new Map<string, Intl.DateTimeFormat | undefined>();
/** Names come from expressions, so the table is bounded. */
const MAX_ZONES = 1_000;

function zoneFormat(zone: string): Intl.DateTimeFormat | undefined {
  if (formats.has(zone)) return formats.get(zone);
  if (formats.size >= MAX_ZONES) formats.clear();
  let format: Intl.DateTimeFormat | undefined;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'iso8601',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    // Intl throws a RangeError for a name that is no zone.
    format = undefined;
  }
  formats.set(zone, format);
  return format;
}
