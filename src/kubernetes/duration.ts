// Lengths of time: Go's format (time.ParseDuration), which the API uses, and Warder's own settings, which add days and weeks.

export type DurationResult =
  | { readonly ok: true; readonly nanoseconds: bigint }
  | { readonly ok: false; readonly message: string };

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
  w: 604_800_000_000_000n,
};

const GO = /^[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const SETTING = /^(?:\d+(?:ms|s|m|h|d|w))+$/;
const PART = /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h|d|w)/g;
const MAX_LENGTH = 100;
const MAX_INT64 = 9223372036854775807n;

function sum(text: string): bigint {
  let total = 0n;
  for (const [, whole = '', fraction = '', unit = 's'] of text.matchAll(PART)) {
    const size = UNITS[unit] ?? 0n;
    total += BigInt(whole === '' ? '0' : whole) * size;
    if (fraction !== '') total += (BigInt(fraction) * size) / 10n ** BigInt(fraction.length);
  }
  return text.startsWith('-') ? -total : total;
}

function parse(text: string, grammar: RegExp): DurationResult {
  if (text.length > MAX_LENGTH || !grammar.test(text))
    return { ok: false, message: `is not a duration: ${text.slice(0, MAX_LENGTH)}` };
  const nanoseconds = sum(text);
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (size > MAX_INT64) return { ok: false, message: 'is longer than a duration can be (292 years)' };
  return { ok: true, nanoseconds };
}

/** Parses `1h30m`, `-1.5s`, `0` the way Go's time.ParseDuration does. */
export function parseGoDuration(text: string): DurationResult {
  if (/^[+-]?0$/.test(text)) return { ok: true, nanoseconds: 0n };
  return parse(text, GO);
}

/** Parses a setting such as `30d`, `2w`, `12h` or `1h30m`; whole numbers only, never negative. */
export function parseSettingDuration(
  text: string,
): { readonly ok: true; readonly milliseconds: number } | { readonly ok: false; readonly message: string } {
  const parsed = parse(text, SETTING);
  return parsed.ok ? { ok: true, milliseconds: Number(parsed.nanoseconds / 1_000_000n) } : parsed;
}
