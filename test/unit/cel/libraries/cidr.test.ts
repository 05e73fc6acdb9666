import { describe, expect, test } from '@jest/globals';
import type { Json } from '../../../../src/cel/index.js';
import { ask, kubernetes, rows } from './answers.js';

describe('networks', () => {
  test.each(
    rows(
      ["cidr('192.168.0.0/24')", 'net.CIDR 192.168.0.0/24'],
      ["cidr('192.168.0.5/24')", 'net.CIDR 192.168.0.5/24'],
      ["cidr('2001:DB8::/32')", 'net.CIDR 2001:db8::/32'],
      [
        "cidr('1.2.3.4')",
        'error: network address parse error during conversion from string: network address parse error during conversion from string: netip.ParsePrefix("1.2.3.4"): no \'/\'',
      ],
      [
        "cidr('1.2.3.4/33')",
        'error: network address parse error during conversion from string: network address parse error during conversion from string: netip.ParsePrefix("1.2.3.4/33"): prefix length out of range',
      ],
      [
        "cidr('::/129')",
        'error: network address parse error during conversion from string: network address parse error during conversion from string: netip.ParsePrefix("::/129"): prefix length out of range',
      ],
      [
        "cidr('1.2.3.4/')",
        'error: network address parse error during conversion from string: network address parse error during conversion from string: netip.ParsePrefix("1.2.3.4/"): bad bits after slash: ""',
      ],
      [
        "cidr('1.2.3.4/08')",
        'error: network address parse error during conversion from string: network address parse error during conversion from string: netip.ParsePrefix("1.2.3.4/08"): bad bits after slash: "08"',
      ],
      [
        "cidr('1.2.3.4/+8')",
        'error: network address parse error during conversion from string: network address parse error during conversion from string: netip.ParsePrefix("1.2.3.4/+8"): bad bits after slash: "+8"',
      ],
      [
        "cidr('1.2.3/8')",
        'error: network address parse error during conversion from string: network address parse error during conversion from string: netip.ParsePrefix("1.2.3/8"): ParseAddr("1.2.3"): IPv4 address too short',
      ],
      [
        "cidr('fe80::1%en0/64')",
        'error: network address parse error during conversion from string: network address parse error during conversion from string: netip.ParsePrefix("fe80::1%en0/64"): IPv6 zones cannot be present in a prefix',
      ],
      [
        "cidr('::ffff:1.2.3.4/120')",
        'error: network address parse error during conversion from string: IPv4-mapped IPv6 address "::ffff:1.2.3.4/120" is not allowed',
      ],
      [
        "cidr('1.2.3.4/99999999999999999999')",
        'error: network address parse error during conversion from string: network address parse error during conversion from string: netip.ParsePrefix("1.2.3.4/99999999999999999999"): bad bits after slash: "99999999999999999999"',
      ],
      ["isCIDR('10.0.0.0/8')", 'true'],
      ["isCIDR('10.0.0.0')", 'false'],
      ["cidr('10.0.0.0/8').containsIP('10.1.2.3')", 'true'],
      ["cidr('10.0.0.0/8').containsIP(ip('11.1.2.3'))", 'false'],
      ["cidr('10.0.0.0/8').containsIP('::1')", 'false'],
      ["cidr('10.0.0.0/8').containsIP('x')", 'error: no such overload'],
      ["cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')", 'true'],
      ["cidr('10.0.0.0/8').containsCIDR(cidr('0.0.0.0/0'))", 'false'],
      ["cidr('10.0.0.0/8').containsCIDR(cidr('10.0.0.0/8'))", 'true'],
      [
        "cidr('10.0.0.0/8').containsCIDR('x')",
        'error: network address parse error during conversion from string: network address parse error during conversion from string: netip.ParsePrefix("x"): no \'/\'',
      ],
      ["cidr('::/0').containsCIDR('10.0.0.0/8')", 'false'],
      ["cidr('192.168.1.5/24').ip()", 'net.IP 192.168.1.5'],
      ["cidr('192.168.1.5/24').masked()", 'net.CIDR 192.168.1.0/24'],
      ["cidr('2001:db8::ff/121').masked()", 'net.CIDR 2001:db8::80/121'],
      ["cidr('10.0.0.0/8').prefixLength()", '8'],
      ["string(cidr('10.0.0.0/8'))", '"10.0.0.0/8"'],
      ["type(cidr('10.0.0.0/8')) == net.CIDR", 'true'],
      ["cidr('10.0.0.0/8') == cidr('10.0.0.1/8')", 'false'],
    ),
  )('%s gives %s', (source, expected, values) => {
    expect(ask(source, values, kubernetes).text).toBe(expected);
  });

  test.each<readonly [source: string, cost: number, values: Readonly<Record<string, Json>>]>([
    ['cidr(x)', 3, { x: '192.168.100.0/24' }],
    ['cidr(x).containsIP(y)', 5, { x: '192.168.100.0/24', y: '192.168.100.1' }],
    ["cidr(x).containsIP('192.168.100.1')", 6, { x: '192.168.100.0/24' }],
    ['cidr(x).containsCIDR(cidr(y))', 14, { x: '2001:db8:1:2:3:4:5:6/128', y: '2001:db8::/64' }],
  ])('%s costs %i', (source, cost, values) => {
    expect(ask(source, values, kubernetes).cost).toBe(cost);
  });
});
