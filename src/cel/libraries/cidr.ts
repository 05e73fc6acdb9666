// Networks: `cidr('10.0.0.0/8').containsIP('10.1.2.3')` and its like. Source of truth: k8s.io/apiserver
// pkg/cel/library/cidr.go; costs in cost.go.
import { defineLibrary, fn, type Library, overload, receiver } from '../library.js';
import { BOOL, INT, opaqueType, STRING } from '../types.js';
import { CelError, CelOpaque, type CelValue, celError } from '../values.js';
import { codePointLength } from './code-points.js';
import {
  type IpPrefix,
  IpProblem,
  isMapped,
  maskBytes,
  parsePrefix,
  printPrefix,
  sharePrefix,
} from './go-ip.js';
import { goQuote } from './go-text.js';
import { CelIp, IP, PARSED, readIp } from './ip.js';

export class CelCidr extends CelOpaque {
  readonly typeName = 'net.CIDR';
  readonly prefix: IpPrefix;

  constructor(prefix: IpPrefix) {
    super();
    this.prefix = prefix;
  }

  equals(other: CelOpaque): boolean {
    return other instanceof CelCidr && this.toString() === other.toString();
  }

  override toString(): string {
    return printPrefix(this.prefix);
  }
}

const CIDR = opaqueType<CelCidr>('net.CIDR');
const CONVERSION = 'network address parse error during conversion from string: ';

/** Kubernetes says where it failed twice. */
function readCidr(text: string): CelCidr | CelError {
  const prefix = parsePrefix(text);
  if (prefix instanceof IpProblem) return celError(`${CONVERSION}${CONVERSION}${prefix.message}`);
  if (isMapped(prefix.address))
    return celError(`${CONVERSION}IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`);
  return new CelCidr(prefix);
}

function containsIp({ prefix }: CelCidr, ip: CelIp): boolean {
  return sharePrefix(prefix.address, ip.address, prefix.bits);
}

function containsCidr({ prefix }: CelCidr, other: CelCidr): boolean {
  return prefix.bits <= other.prefix.bits && sharePrefix(prefix.address, other.prefix.address, prefix.bits);
}

function masked({ prefix: { address, bits } }: CelCidr): CelCidr {
  return new CelCidr({ address: { bytes: maskBytes(address.bytes, bits), zone: '' }, bits });
}

/** The bytes of a network's prefix, for costs. */
const bytesOf = (value: CelValue | undefined) =>
  value instanceof CelCidr ? Math.ceil(value.prefix.bits / 8) : 1;
/** Reading a text costs, but only where it is known beforehand that it is one. */
const parsing = (value: CelValue | undefined, ambiguous: boolean) =>
  typeof value === 'string' && !ambiguous ? Math.ceil(codePointLength(value) * 0.1) : 0;

const CONTAINS_IP = {
  cost: ([cidr, other]: readonly CelValue[], _result: CelValue, ambiguous: boolean) =>
    Math.ceil(2 * bytesOf(cidr) * 0.1) + parsing(other, ambiguous),
};
const CONTAINS_CIDR = {
  cost: ([cidr, other]: readonly CelValue[], _result: CelValue, ambiguous: boolean) =>
    Math.ceil(2 * bytesOf(cidr) * 0.1) + Math.ceil(bytesOf(cidr) * 0.1) + 1 + parsing(other, ambiguous),
};

export const cidrLibrary: Library = defineLibrary({
  name: 'kubernetes.net.cidr',
  types: [{ name: CIDR.name, type: CIDR }],
  functions: [
    fn('cidr', overload('string_to_cidr', [STRING], CIDR, readCidr, PARSED)),
    fn(
      'isCIDR',
      overload('is_cidr', [STRING], BOOL, (text) => readCidr(text) instanceof CelCidr, PARSED),
    ),
    fn(
      'containsIP',
      receiver(
        'cidr_contains_ip_string',
        [CIDR, STRING],
        BOOL,
        (cidr, text) => {
          const ip = readIp(text);
          // Upstream takes an address that it cannot read for an argument of the wrong kind.
          return ip instanceof CelError ? celError('no such overload') : containsIp(cidr, ip);
        },
        CONTAINS_IP,
      ),
      receiver('cidr_contains_ip_ip', [CIDR, IP], BOOL, containsIp, CONTAINS_IP),
    ),
    fn(
      'containsCIDR',
      receiver(
        'cidr_contains_cidr_string',
        [CIDR, STRING],
        BOOL,
        (cidr, text) => {
          const other = readCidr(text);
          return other instanceof CelError ? other : containsCidr(cidr, other);
        },
        CONTAINS_CIDR,
      ),
      receiver('cidr_contains_cidr', [CIDR, CIDR], BOOL, containsCidr, CONTAINS_CIDR),
    ),
    fn(
      'ip',
      receiver('cidr_ip', [CIDR], IP, ({ prefix }) => new CelIp(prefix.address)),
    ),
    fn(
      'prefixLength',
      receiver('cidr_prefix_length', [CIDR], INT, ({ prefix }) => prefix.bits),
    ),
    fn('masked', receiver('cidr_masked', [CIDR], CIDR, masked)),
    fn('string', overload('cidr_to_string', [CIDR], STRING, String)),
  ],
});
