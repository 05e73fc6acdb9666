// Times and lengths of time as people write and read them. RFC 3339; the API writes whole seconds in UTC.

/** RFC 3339, or a date alone for the start of that day in UTC. */
const TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/;

/** Milliseconds since the epoch; undefined where the text is no time. */
export function parseTime(text: string): number | undefined {
  const time = TIME.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** `2026-12-15T00:00:00Z`; whole seconds, as the API writes them. Times no calendar has print as `never`. */
export function formatTime(milliseconds: number): string {
  const date = new Date(Math.floor(milliseconds / 1000) * 1000);
  return Number.isNaN(date.getTime()) ? 'never' : date.toISOString().replace('.000Z', 'Z');
}

const UNITS = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
] as const;

/** A length of time in its largest whole unit, rounded down: `3 days`, `1 hour`. */
export function roughDuration(milliseconds: number): string {
  const size = Math.abs(milliseconds);
  const [unit, name] = UNITS.find(([length]) => size >= length) ?? UNITS[3];
  const count = Math.floor(size / unit);
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
