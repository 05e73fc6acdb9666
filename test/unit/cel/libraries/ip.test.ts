import { describe, expect, test } from '@jest/globals';
import type { Json } from '../../../../src/cel/index.js';
import { ask, kubernetes, rows } from './answers.js';

describe('IP addresses', () => {
  test.each(
    rows(
      ["ip('192.168.0.1')", 'net.IP 192.168.0.1'],
      ["ip('2001:DB8::0:68')", 'net.IP 2001:db8::68'],
      ["ip('::ffff:1.2.3.4')", 'error: IPv4-mapped IPv6 address "::ffff:1.2.3.4" is not allowed'],
      ["ip('fe80::1%eth0')", 'error: IP address "fe80::1%eth0" with zone value is not allowed'],
      [
        "ip('1.2.3')",
        'error: IP Address "1.2.3" parse error during conversion from string: ParseAddr("1.2.3"): IPv4 address too short',
      ],
      [
        "ip('1.2.3.256')",
        'error: IP Address "1.2.3.256" parse error during conversion from string: ParseAddr("1.2.3.256"): IPv4 field has value >255',
      ],
      [
        "ip('1.2.3.04')",
        'error: IP Address "1.2.3.04" parse error during conversion from string: ParseAddr("1.2.3.04"): IPv4 field has octet with leading zero',
      ],
      [
        "ip('1..2.3')",
        'error: IP Address "1..2.3" parse error during conversion from string: ParseAddr("1..2.3"): IPv4 field must have at least one digit (at ".2.3")',
      ],
      [
        "ip('1.2.3.4.5')",
        'error: IP Address "1.2.3.4.5" parse error during conversion from string: ParseAddr("1.2.3.4.5"): IPv4 address too long',
      ],
      [
        "ip('1.2.3.x')",
        'error: IP Address "1.2.3.x" parse error during conversion from string: ParseAddr("1.2.3.x"): unexpected character (at "x")',
      ],
      [
        "ip('abc')",
        'error: IP Address "abc" parse error during conversion from string: ParseAddr("abc"): unable to parse IP',
      ],
      [
        "ip('')",
        'error: IP Address "" parse error during conversion from string: ParseAddr(""): unable to parse IP',
      ],
      [
        "ip('%eth0')",
        'error: IP Address "%eth0" parse error during conversion from string: ParseAddr("%eth0"): missing IPv6 address',
      ],
      [
        "ip('1:2:3:4:5:6:7')",
        'error: IP Address "1:2:3:4:5:6:7" parse error during conversion from string: ParseAddr("1:2:3:4:5:6:7"): address string too short',
      ],
      [
        "ip('1::2::3')",
        'error: IP Address "1::2::3" parse error during conversion from string: ParseAddr("1::2::3"): multiple :: in address (at ":3")',
      ],
      [
        "ip(':1')",
        'error: IP Address ":1" parse error during conversion from string: ParseAddr(":1"): each colon-separated field must have at least one digit (at ":1")',
      ],
      [
        "ip('1:')",
        'error: IP Address "1:" parse error during conversion from string: ParseAddr("1:"): colon must be followed by more characters (at ":")',
      ],
      [
        "ip('12345::')",
        'error: IP Address "12345::" parse error during conversion from string: ParseAddr("12345::"): each group must have 4 or less digits (at "12345::")',
      ],
      [
        "ip('1:2:3:4:5:6:7:8:9')",
        'error: IP Address "1:2:3:4:5:6:7:8:9" parse error during conversion from string: ParseAddr("1:2:3:4:5:6:7:8:9"): trailing garbage after address (at "9")',
      ],
      [
        "ip('::g')",
        'error: IP Address "::g" parse error during conversion from string: ParseAddr("::g"): each colon-separated field must have at least one digit (at "g")',
      ],
      [
        "ip('1:2:3:4:5:6:7::8')",
        'error: IP Address "1:2:3:4:5:6:7::8" parse error during conversion from string: ParseAddr("1:2:3:4:5:6:7::8"): the :: must expand to at least one field of zeros',
      ],
      [
        "ip('fe80::1%')",
        'error: IP Address "fe80::1%" parse error during conversion from string: ParseAddr("fe80::1%"): zone must be a non-empty string',
      ],
      [
        "ip('::1.2.3')",
        'error: IP Address "::1.2.3" parse error during conversion from string: ParseAddr("::1.2.3"): IPv4 address too short',
      ],
      [
        "ip('1:1.2.3.4')",
        'error: IP Address "1:1.2.3.4" parse error during conversion from string: ParseAddr("1:1.2.3.4"): embedded IPv4 address must replace the final 2 fields of the address (at "1.2.3.4")',
      ],
      ["isIP('::1')", 'true'],
      ["isIP('::ffff:1.2.3.4')", 'false'],
      ["isIP('x')", 'false'],
      ["isIP(cidr('10.0.0.0/8'))", "invalid: found no matching overload for 'isIP' applied to '(net.CIDR)'"],
      ["ip.isCanonical('127.0.0.1')", 'true'],
      ["ip.isCanonical('2001:DB8::1')", 'false'],
      ["ip.isCanonical('2001:db8:0:0::1')", 'false'],
      ["ip.isCanonical('::ffff:1.2.3.4')", 'error: IPv4-mapped IPv6 address "::ffff:1.2.3.4" is not allowed'],
      ["ip('1.2.3.4').family()", '4'],
      ["ip('::').family()", '6'],
      ["string(ip('2001:0db8:0000:0000:0001::1'))", '"2001:db8::1:0:0:1"'],
      ["string(ip('1:0:0:2:0:0:0:3'))", '"1:0:0:2::3"'],
      ["string(ip('1:0:2:3:4:5:6:7'))", '"1:0:2:3:4:5:6:7"'],
      ["type(ip('::')) == net.IP", 'true'],
      ["ip('::1') == ip('0::1')", 'true'],
      ["ip('1.2.3.4') == ip('::1.2.3.4')", 'false'],
      ["ip('0.0.0.0').isUnspecified()", 'true'],
      ["ip('127.1.2.3').isLoopback()", 'true'],
      ["ip('::1').isLoopback()", 'true'],
      ["ip('224.0.0.255').isLinkLocalMulticast()", 'true'],
      ["ip('224.0.1.0').isLinkLocalMulticast()", 'false'],
      ["ip('ff12::1').isLinkLocalMulticast()", 'true'],
      ["ip('169.254.0.1').isLinkLocalUnicast()", 'true'],
      ["ip('febf::1').isLinkLocalUnicast()", 'true'],
      ["ip('fec0::1').isLinkLocalUnicast()", 'false'],
      ["ip('10.0.0.1').isGlobalUnicast()", 'true'],
      ["ip('255.255.255.255').isGlobalUnicast()", 'false'],
      ["ip('ff02::1').isGlobalUnicast()", 'false'],
    ),
  )('%s gives %s', (source, expected, values) => {
    expect(ask(source, values, kubernetes).text).toBe(expected);
  });

  test.each<readonly [source: string, cost: number, values: Readonly<Record<string, Json>>]>([
    ['ip(x)', 3, { x: '2001:db8:1:2:3:4:5:6' }],
    ['ip.isCanonical(x)', 5, { x: '2001:db8:1:2:3:4:5:6' }],
    ['ip(x).isLoopback()', 3, { x: '127.0.0.1' }],
  ])('%s costs %i', (source, cost, values) => {
    expect(ask(source, values, kubernetes).cost).toBe(cost);
  });
});
