// IP addresses and prefixes as Go's net/netip package reads and writes them, error messages included. Source of truth: Go's
// net/netip/netip.go.
import { goQuote } from './go-text.js';

/** An address: 4 or 16 bytes in network order, for IPv6 with a zone if one was written. */
export interface IpAddress {
  readonly bytes: readonly number[];
  readonly zone: string;
}

/** What went wrong, in Go's words. */
export class IpProblem {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

function problem(text: string, message: string, at = ''): IpProblem {
  return new IpProblem(`ParseAddr(${goQuote(text)}): ${message}${at === '' ? '' : ` (at ${goQuote(at)})`}`);
}

/** Reads `192.0.2.1`, `2001:db8::68`, `::ffff:192.0.2.1` or `fe80::1%eth0`. */
export function parseAddress(text: string): IpAddress | IpProblem {
  const first = /[.:%]/.exec(text)?.[0];
  if (first === '.') {
    const bytes = parseDotted(text, text);
    return bytes instanceof IpProblem ? bytes : { bytes, zone: '' };
  }
  if (first === ':') return parseColons(text);
  return problem(text, first === '%' ? 'missing IPv6 address' : 'unable to parse IP');
}

/** The four fields of `part`, which is (the end of) the address `text`. */
function parseDotted(text: string, part: string): number[] | IpProblem {
  const fields: number[] = [];
  let value = 0;
  let digits = 0;
  for (let at = 0; at < part.length; at++) {
    const character = part.charAt(at);
    if (character >= '0' && character <= '9') {
      if (digits === 1 && value === 0) return problem(text, 'IPv4 field has octet with leading zero');
      value = value * 10 + Number(character);
      digits++;
      if (value > 255) return problem(text, 'IPv4 field has value >255');
    } else if (character === '.') {
      if (at === 0 || at === part.length - 1 || part.charAt(at - 1) === '.')
        return problem(text, 'IPv4 field must have at least one digit', part.slice(at));
      if (fields.length === 3) return problem(text, 'IPv4 address too long');
      fields.push(value);
      value = 0;
      digits = 0;
    } else {
      return problem(text, 'unexpected character', part.slice(at));
    }
  }
  if (fields.length < 3) return problem(text, 'IPv4 address too short');
  return [...fields, value];
}

function parseColons(text: string): IpAddress | IpProblem {
  const percent = text.indexOf('%');
  const zone = percent < 0 ? '' : text.slice(percent + 1);
  if (percent >= 0 && zone === '') return problem(text, 'zone must be a non-empty string');
  let rest = percent < 0 ? text : text.slice(0, percent);
  const bytes: number[] = [];
  let ellipsis = -1;
  if (rest.startsWith('::')) {
    ellipsis = 0;
    rest = rest.slice(2);
    if (rest === '') return { bytes: new Array<number>(16).fill(0), zone };
  }
  while (bytes.length < 16) {
    const digits = /^[0-9a-fA-F]{0,5}/.exec(rest)?.[0] ?? '';
    if (digits.length > 4) return problem(text, 'each group must have 4 or less digits', rest);
    if (digits === '') return problem(text, 'each colon-separated field must have at least one digit', rest);
    if (rest.charAt(digits.length) === '.') {
      if (ellipsis < 0 && bytes.length !== 12)
        return problem(text, 'embedded IPv4 address must replace the final 2 fields of the address', rest);
      if (bytes.length > 12)
        return problem(text, 'too many hex fields to fit an embedded IPv4 at the end of the address', rest);
      const fields = parseDotted(text, rest);
      if (fields instanceof IpProblem) return fields;
      bytes.push(...fields);
      rest = '';
      break;
    }
    const group = Number.parseInt(digits, 16);
    bytes.push(group >> 8, group & 0xff);
    rest = rest.slice(digits.length);
    if (rest === '') break;
    if (!rest.startsWith(':')) return problem(text, 'unexpected character, want colon', rest);
    if (rest.length === 1) return problem(text, 'colon must be followed by more characters', rest);
    rest = rest.slice(1);
    if (rest.startsWith(':')) {
      if (ellipsis >= 0) return problem(text, 'multiple :: in address', rest);
      ellipsis = bytes.length;
      rest = rest.slice(1);
      if (rest === '') break;
    }
  }
  if (rest !== '') return problem(text, 'trailing garbage after address', rest);
  if (bytes.length === 16) {
    return ellipsis < 0
      ? { bytes, zone }
      : problem(text, 'the :: must expand to at least one field of zeros');
  }
  if (ellipsis < 0) return problem(text, 'address string too short');
  const zeros = new Array<number>(16 - bytes.length).fill(0);
  return { bytes: [...bytes.slice(0, ellipsis), ...zeros, ...bytes.slice(ellipsis)], zone };
}

/** Whether an IPv6 address stands for an IPv4 one (`::ffff:192.0.2.1`). */
export function isMapped({ bytes }: IpAddress): boolean {
  return (
    bytes.length === 16 &&
    bytes.slice(0, 10).every((byte) => byte === 0) &&
    bytes[10] === 0xff &&
    bytes[11] === 0xff
  );
}

/** The canonical text (RFC 5952): lower case, the longest run of zero groups as `::`. */
export function printAddress(address: IpAddress): string {
  const { bytes, zone } = address;
  const suffix = zone === '' ? '' : `%${zone}`;
  if (bytes.length === 4) return bytes.join('.');
  if (isMapped(address)) return `::ffff:${bytes.slice(12).join('.')}${suffix}`;
  const groups = Array.from({ length: 8 }, (_none, index) => {
    // An IPv6 address has 16 bytes.
    return ((bytes[2 * index] as number) << 8) | (bytes[2 * index + 1] as number);
  });
  const run = longestZeroRun(groups);
  const hex = (from: number, to: number) =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  return run === undefined ? hex(0, 8) + suffix : `${hex(0, run.start)}::${hex(run.end, 8)}${suffix}`;
}

/** The first of the longest runs of at least two zero groups. */
function longestZeroRun(groups: readonly number[]): { start: number; end: number } | undefined {
  let best: { start: number; end: number } | undefined;
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (end < groups.length && groups[end] === 0) end++;
    if (end - start >= 2 && (best === undefined || end - start > best.end - best.start))
      best = { start, end };
  }
  return best;
}

/** An address and how many of its leading bits are the network's. */
export interface IpPrefix {
  readonly address: IpAddress;
  readonly bits: number;
}

/** Reads `192.0.2.0/24` or `2001:db8::/32`. */
export function parsePrefix(text: string): IpPrefix | IpProblem {
  const failed = (message: string) => new IpProblem(`netip.ParsePrefix(${goQuote(text)}): ${message}`);
  const slash = text.lastIndexOf('/');
  if (slash < 0) return failed("no '/'");
  const address = parseAddress(text.slice(0, slash));
  if (address instanceof IpProblem) return failed(address.message);
  if (address.zone !== '') return failed('IPv6 zones cannot be present in a prefix');
  const bits = text.slice(slash + 1);
  if (!/^(?:0|[1-9]\d{0,18})$/.test(bits)) return failed(`bad bits after slash: ${goQuote(bits)}`);
  if (BigInt(bits) > 9_223_372_036_854_775_807n) return failed(`bad bits after slash: ${goQuote(bits)}`);
  if (Number(bits) > address.bytes.length * 8) return failed('prefix length out of range');
  return { address, bits: Number(bits) };
}

export function printPrefix({ address, bits }: IpPrefix): string {
  return `${printAddress(address)}/${bits}`;
}

/** The bytes of an address with all but its leading bits zero. */
export function maskBytes(bytes: readonly number[], bits: number): number[] {
  return bytes.map((byte, index) => byte & (0xff << Math.min(8, Math.max(0, 8 * (index + 1) - bits))) & 0xff);
}

/** Whether the leading bits of two addresses of one family are the same. */
export function sharePrefix(one: IpAddress, other: IpAddress, bits: number): boolean {
  if (one.bytes.length !== other.bytes.length) return false;
  const masked = maskBytes(other.bytes, bits);
  return maskBytes(one.bytes, bits).every((byte, index) => byte === masked[index]);
}
