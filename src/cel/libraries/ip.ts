// IP addresses: `ip('192.0.2.1').family()` and its like. Source of truth: k8s.io/apiserver pkg/cel/library/ip.go; costs in
// cost.go.
import {
  type CallResult,
  defineLibrary,
  type FunctionDeclaration,
  fn,
  type Library,
  overload,
  receiver,
} from '../library.js';
import { BOOL, INT, opaqueType, STRING } from '../types.js';
import { CelError, CelOpaque, type CelValue, celError } from '../values.js';
import { codePointLength } from './code-points.js';
import { type IpAddress, IpProblem, isMapped, parseAddress, printAddress } from './go-ip.js';
import { goQuote } from './go-text.js';

/** The value of `ip(...)`: never with a zone, never an IPv4 address in IPv6 clothes. */
export class CelIp extends CelOpaque {
  readonly typeName = 'net.IP';
  readonly address: IpAddress;

  constructor(address: IpAddress) {
    super();
    this.address = address;
  }

  equals(other: CelOpaque): boolean {
    return other instanceof CelIp && this.toString() === other.toString();
  }

  override toString(): string {
    return printAddress(this.address);
  }
}

export const IP = opaqueType<CelIp>('net.IP');

/** The address, or Kubernetes' error. */
export function readIp(text: string): CelIp | CelError {
  const address = parseAddress(text);
  if (address instanceof IpProblem)
    return celError(
      `IP Address ${goQuote(text)} parse error during conversion from string: ${address.message}`,
    );
  if (address.zone !== '') return celError(`IP address ${goQuote(text)} with zone value is not allowed`);
  if (isMapped(address)) return celError(`IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`);
  return new CelIp(address);
}

const size = (value: CelValue | undefined) => (typeof value === 'string' ? codePointLength(value) : 1);
/** A tenth of the text's length. */
export const PARSED = { cost: ([text]: readonly CelValue[]) => Math.ceil(size(text) * 0.1) };
const PARSED_TWICE = { cost: ([text]: readonly CelValue[]) => Math.ceil(size(text) * 2 * 0.1) };

function test(name: string, id: string, holds: (bytes: readonly number[]) => boolean): FunctionDeclaration {
  return fn(
    name,
    receiver(id, [IP], BOOL, ({ address }) => holds(address.bytes)),
  );
}

const isFour = (bytes: readonly number[]) => bytes.length === 4;
const starts = (bytes: readonly number[], first: number, second: number, mask = 0xff) =>
  bytes[0] === first && ((bytes[1] ?? 0) & mask) === second;

const isUnspecified = (bytes: readonly number[]) => bytes.every((byte) => byte === 0);
const isLoopback = (bytes: readonly number[]) =>
  isFour(bytes) ? bytes[0] === 127 : bytes.every((byte, index) => byte === (index === 15 ? 1 : 0));
const isMulticast = (bytes: readonly number[]) =>
  isFour(bytes) ? ((bytes[0] ?? 0) & 0xf0) === 0xe0 : bytes[0] === 0xff;
const isLinkLocalMulticast = (bytes: readonly number[]) =>
  isFour(bytes) ? starts(bytes, 224, 0) && bytes[2] === 0 : starts(bytes, 0xff, 0x02, 0x0f);
const isLinkLocalUnicast = (bytes: readonly number[]) =>
  isFour(bytes) ? starts(bytes, 169, 254) : starts(bytes, 0xfe, 0x80, 0xc0);
const isBroadcast = (bytes: readonly number[]) => isFour(bytes) && bytes.every((byte) => byte === 255);

/** Anything that is none of the special kinds, private addresses included. */
const isGlobalUnicast = (bytes: readonly number[]) =>
  ![isUnspecified, isLoopback, isMulticast, isLinkLocalUnicast, isBroadcast].some((holds) => holds(bytes));

function isCanonical(text: string): CallResult {
  const parsed = readIp(text);
  return parsed instanceof CelError ? parsed : parsed.toString() === text;
}

export const ipLibrary: Library = defineLibrary({
  name: 'kubernetes.net.ip',
  types: [{ name: IP.name, type: IP }],
  functions: [
    fn('ip', overload('string_to_ip', [STRING], IP, readIp, PARSED)),
    fn(
      'isIP',
      overload('is_ip', [STRING], BOOL, (text) => readIp(text) instanceof CelIp, PARSED),
    ),
    fn('ip.isCanonical', overload('ip_is_canonical', [STRING], BOOL, isCanonical, PARSED_TWICE)),
    fn(
      'family',
      receiver('ip_family', [IP], INT, ({ address }) => (isFour(address.bytes) ? 4 : 6)),
    ),
    test('isUnspecified', 'ip_is_unspecified', isUnspecified),
    test('isLoopback', 'ip_is_loopback', isLoopback),
    test('isLinkLocalMulticast', 'ip_is_link_local_multicast', isLinkLocalMulticast),
    test('isLinkLocalUnicast', 'ip_is_link_local_unicast', isLinkLocalUnicast),
    test('isGlobalUnicast', 'ip_is_global_unicast', isGlobalUnicast),
    fn('string', overload('ip_to_string', [IP], STRING, String)),
  ],
});
