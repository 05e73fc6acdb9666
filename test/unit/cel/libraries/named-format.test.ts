import { describe, expect, test } from '@jest/globals';
import type { Json } from '../../../../src/cel/index.js';
import { ask, kubernetes, rows } from './answers.js';

describe('named formats', () => {
  test.each(
    rows(
      ["format.dns1123Label().validate('my-name')", 'none'],
      [
        "format.dns1123Label().validate('My')",
        "optional [\"a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')\"]",
      ],
      ["format.dns1123Label().validate('a.b')", 'optional ["must not contain dots"]'],
      [
        'format.dns1123Label().validate(x)',
        'optional ["must be no more than 63 characters"]',
        { x: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' },
      ],
      [
        'format.dns1123Label().validate(x)',
        "optional [\"must be no more than 63 characters\", \"a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')\"]",
        { x: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' },
      ],
      [
        "format.dns1123Subdomain().validate('a..b')",
        "optional [\"a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')\"]",
      ],
      [
        "format.dns1035Label().validate('1a')",
        "optional [\"a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')\"]",
      ],
      [
        "format.qualifiedName().validate('a/b/c')",
        "optional [\"a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')\"]",
      ],
      ["format.qualifiedName().validate('/b')", 'optional ["prefix part must be non-empty"]'],
      [
        "format.qualifiedName().validate('a/')",
        "optional [\"name part must be non-empty\", \"name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')\"]",
      ],
      [
        "format.qualifiedName().validate('A/b')",
        "optional [\"prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')\"]",
      ],
      ["format.labelValue().validate('')", 'none'],
      [
        "format.labelValue().validate('-')",
        "optional [\"a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')\"]",
      ],
      ["format.dns1123LabelPrefix().validate('a-')", 'none'],
      [
        "format.dns1123LabelPrefix().validate('-')",
        "optional [\"a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')\"]",
      ],
      ["format.dns1035LabelPrefix().validate('a-b-')", 'none'],
      ["format.dns1123SubdomainPrefix().validate('a.-')", 'none'],
      ["format.uri().validate('https://a')", 'none'],
      ["format.uri().validate('a')", 'optional ["parse \\"a\\": invalid URI for request"]'],
      ["format.uuid().validate('123e4567-E89B-12d3-a456-426614174000')", 'none'],
      ["format.uuid().validate('x')", 'optional ["does not match the UUID format"]'],
      ["format.byte().validate('YQ==')", 'none'],
      ["format.byte().validate('')", 'optional ["invalid base64"]'],
      ["format.date().validate('2020-02-29')", 'none'],
      ["format.date().validate('2021-02-29')", 'optional ["invalid date"]'],
      ["format.date().validate('2020-1-01')", 'optional ["invalid date"]'],
      ["format.datetime().validate('2020-01-01T23:59:59.5+01:00')", 'none'],
      ["format.datetime().validate('2020-01-01t00:00:00z')", 'none'],
      ["format.datetime().validate('2020-01-01T24:00:00Z')", 'optional ["invalid datetime"]'],
      ["format.datetime().validate('2020-01-01')", 'optional ["invalid datetime"]'],
      ["format.named('uuid').hasValue()", 'true'],
      ["format.named('nope').hasValue()", 'false'],
      ["format.named('date').value().validate('x')", 'optional ["invalid date"]'],
      ["format.dns1123Label() == format.named('dns1123Label').value()", 'true'],
      [
        'format.nope()',
        "invalid: undeclared reference to 'format' (in container ''); undeclared reference to 'nope' (in container '')",
      ],
    ),
  )('%s gives %s', (source, expected, values) => {
    expect(ask(source, values, kubernetes).text).toBe(expected);
  });

  test.each<readonly [source: string, cost: number, values: Readonly<Record<string, Json>>]>([
    ['format.dns1123Label().validate(x)', 18, { x: 'abcdefghijklmnop' }],
    ['format.uri().validate(x)', 554, { x: 'https://example.com' }],
  ])('%s costs %i', (source, cost, values) => {
    expect(ask(source, values, kubernetes).cost).toBe(cost);
  });
});
