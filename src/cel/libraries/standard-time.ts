// The parts of timestamps and durations. Source of truth: google/cel-spec, doc/langdef.md ("Timestamps", "Timezones").
import { type CallResult, type FunctionDeclaration, fn, receiver } from '../library.js';
import { type CalendarParts, calendarParts } from '../timestamps.js';
import { DURATION, INT, STRING, TIMESTAMP } from '../types.js';
import { type CelTimestamp, celError, makeInt } from '../values.js';

type Part = readonly [name: string, id: string, read: (parts: CalendarParts) => number];

const PARTS: readonly Part[] = [
  ['getFullYear', 'timestamp_to_year', (parts) => parts.year],
  ['getMonth', 'timestamp_to_month', (parts) => parts.month],
  ['getDayOfYear', 'timestamp_to_day_of_year', (parts) => parts.dayOfYear],
  ['getDayOfMonth', 'timestamp_to_day_of_month', (parts) => parts.day - 1],
  ['getDate', 'timestamp_to_day_of_month_1_based', (parts) => parts.day],
  ['getDayOfWeek', 'timestamp_to_day_of_week', (parts) => parts.weekday],
  ['getHours', 'timestamp_to_hours', (parts) => parts.hours],
  ['getMinutes', 'timestamp_to_minutes', (parts) => parts.minutes],
  ['getSeconds', 'timestamp_to_seconds', (parts) => parts.seconds],
  ['getMilliseconds', 'timestamp_to_milliseconds', (parts) => parts.milliseconds],
];

/** The whole hours, minutes ... of a duration, in nanoseconds each. */
const UNITS: ReadonlyMap<string, readonly [id: string, nanos: bigint]> = new Map([
  ['getHours', ['duration_to_hours', 3_600_000_000_000n]],
  ['getMinutes', ['duration_to_minutes', 60_000_000_000n]],
  ['getSeconds', ['duration_to_seconds', 1_000_000_000n]],
  ['getMilliseconds', ['duration_to_milliseconds', 1_000_000n]],
]);

function partOf(timestamp: CelTimestamp, zone: string, read: (parts: CalendarParts) => number): CallResult {
  const parts = calendarParts(timestamp, zone);
  return parts === undefined ? celError(`unknown time zone ${zone}`) : read(parts);
}

export const TIME_FUNCTIONS: readonly FunctionDeclaration[] = PARTS.map(([name, id, read]) => {
  const unit = UNITS.get(name);
  return fn(
    name,
    receiver(id, [TIMESTAMP], INT, (timestamp) => partOf(timestamp, 'UTC', read)),
    receiver(`${id}_with_tz`, [TIMESTAMP, STRING], INT, (timestamp, zone) => partOf(timestamp, zone, read)),
    ...(unit === undefined
      ? []
      : [receiver(unit[0], [DURATION], INT, (duration) => makeInt(duration.nanos / unit[1]))]),
  );
});
