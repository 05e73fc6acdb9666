// Durations as text. Source of truth: Go's time.ParseDuration, which CEL's `duration()` follows, and cel-go's
// common/types/duration.go for `string(duration)`.
import { CelDuration, MAX_INT, MIN_INT } from './values.js';

const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['μs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);

/** A duration such as `1h30m`, `-1.5s` or `0`; undefined where the text is none or does not fit 64 bits. */
export function parseDuration(text: string): CelDuration | undefined {
  const match = /^([+-]?)(.*)$/s.exec(text);
  const body = match?.[2] ?? '';
  if (body === '0') return new CelDuration(0n);
  if (body.length === 0 || body.length > 200) return undefined;
  const part = /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/y;
  let nanos = 0n;
  while (part.lastIndex < body.length) {
    const found = part.exec(body);
    if (found === null) return undefined;
    const [, whole = '', fraction = '', unitName = ''] = found;
    if (whole === '' && fraction === '') return undefined;
    const unit = UNITS.get(unitName) as bigint;
    nanos += BigInt(whole || '0') * unit;
    // As in Go, digits beyond what fits are dropped.
    const digits = fraction.slice(0, 18);
    nanos += (BigInt(digits || '0') * unit) / 10n ** BigInt(digits.length);
  }
  if (match?.[1] === '-') nanos = -nanos;
  return nanos < MIN_INT || nanos > MAX_INT ? undefined : new CelDuration(nanos);
}

/** A duration in seconds, such as `90s` or `-0.25s`. */
export function printDuration(duration: CelDuration): string {
  const negative = duration.nanos < 0n;
  const magnitude = negative ? -duration.nanos : duration.nanos;
  const seconds = magnitude / 1_000_000_000n;
  const fraction = String(magnitude % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${negative ? '-' : ''}${seconds}${fraction === '' ? '' : `.${fraction}`}s`;
}
