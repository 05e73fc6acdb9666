import { describe, expect, test } from '@jest/globals';
import {
  createRedactor,
  type JsonObject,
  redactAt,
  redactObject,
  redactText,
} from '../../../src/kubernetes/index.js';

const repeat = (text: string, length: number): string =>
  text.repeat(Math.ceil(length / text.length)).slice(0, length);
const mixed = (length: number): string => repeat('aZ3kQ9xW7mB2vN5cR8tY1pL4', length);

/** Made here and split, so that nothing in this file has the form of a token itself. */
const TOKENS: readonly (readonly [string, string])[] = [
  ['AWS access key', `AK${'IA'}${repeat('Q3ZXM7', 16)}`],
  ['GitHub token', `gh${'p_'}${mixed(36)}`],
  ['GitLab token', `gl${'pat-'}${mixed(20)}`],
  ['Slack token', `xo${'xb-'}${mixed(24)}`],
  ['Google API key', `AI${'za'}${mixed(35)}`],
  ['Stripe key', `sk_${'live_'}${mixed(24)}`],
  ['npm token', `np${'m_'}${mixed(36)}`],
  ['SendGrid key', `S${'G.'}${mixed(22)}.${mixed(43)}`],
  ['JWT', `ey${'J'}${mixed(20)}.ey${'J'}${mixed(30)}.${mixed(43)}`],
  ['Vault token', `hv${'s.'}${mixed(24)}`],
  ['private key', `-----BEGIN ${'RSA '}PRIVATE KEY-----\n${mixed(64)}\n-----END RSA PRIVATE KEY-----`],
];

describe('texts', () => {
  test.each(TOKENS)('%s is taken out of a sentence, the rest stays', (_, token) => {
    const shown = redactText(`before ${token} after`);
    expect(shown).not.toContain(token);
    expect(shown).not.toContain(token.slice(-12));
    expect(shown).toMatch(/^before \[redacted .*\] after$/s);
  });

  test.each([
    [
      'postgres://shop:hunter22@db:5432/shop',
      'postgres://shop:[redacted URL password, 8+ characters]@db:5432/shop',
    ],
    ['password=correct-horse', 'password=[redacted password, 8+ characters]'],
    ['{"api_key": "abcd1234efgh"}', '{"api_key": "[redacted password, 8+ characters]"}'],
  ])('%s', (text, shown) => expect(redactText(text)).toBe(shown));

  test.each([
    'registry.example.com/shop/checkout:1.4.2@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'checkoutservice-5d8f9c7b6d-x2x4q',
    'system:serviceaccount:kube-system:replicaset-controller',
    'password=$(DB_PASSWORD)',
    'token: {{ .Values.token }}',
    '6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b',
    '0a2e7c59-11af-42f4-8278-f9c8578968eb',
    'https://user@example.com/path',
    'spec.template.spec.containers[0].securityContext.allowPrivilegeEscalation',
    'io.kubernetes.cri-containerd/device-plugins/nvidia-gpu-operator-validator',
    'arn:aws:iam::123456789012:role/delivery-pipeline-production-eu-west-1',
  ])('%s is shown as it is', (text) => expect(redactText(text)).toBe(text));

  test('what is searched and shown of a long text is bounded', () => {
    const shown = redactText(`${'a '.repeat(40_000)}AK${'IA'}${repeat('Q3ZXM7', 16)}`);
    expect(shown.length).toBeLessThan(66_000);
    expect(shown).not.toContain(repeat('Q3ZXM7', 16));
  });
});

describe('objects', () => {
  const hidden = 'hunter2-hunter2';
  const secretValues: readonly (readonly [string, JsonObject])[] = [
    ['data of a Secret', { kind: 'Secret', data: { a: hidden, nested: { b: [hidden] } } }],
    ['stringData of a Secret', { kind: 'Secret', stringData: { a: hidden } }],
    ['a variable with a telling name', { spec: { env: [{ name: 'DB_PASSWORD', value: hidden }] } }],
    ['a field with a telling name', { spec: { auth: { clientSecret: hidden } } }],
    [
      'a copy in last-applied',
      {
        kind: 'Secret',
        metadata: {
          annotations: {
            'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({
              kind: 'Secret',
              data: { a: hidden },
            }),
          },
        },
      },
    ],
    [
      'a copy in last-applied that is no JSON',
      {
        metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': `{"x": ${hidden}` } },
      },
    ],
    [
      'a field named __proto__',
      JSON.parse(`{"kind":"Secret","data":{"__proto__":{"x":"${hidden}"}}}`) as JsonObject,
    ],
  ];
  test.each(secretValues)('%s does not leave', (_, object) => {
    expect(JSON.stringify(redactObject(object))).not.toContain(hidden);
  });

  test('shape and everything else stay', () => {
    const object = {
      kind: 'Pod',
      spec: {
        containers: [
          {
            name: 'c',
            env: [{ name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }],
          },
        ],
        secretName: 'db',
        automountServiceAccountToken: false,
        tokenExpirationSeconds: 3600,
      },
    };
    expect(redactObject(object)).toEqual(object);
  });

  test('nesting without end is cut, not followed', () => {
    let deep: JsonObject = { a: hidden };
    for (let depth = 0; depth < 10_000; depth++) deep = { a: deep };
    expect(JSON.stringify(redactObject(deep))).not.toContain(hidden);
  });

  test('a value is judged by the way to it', () => {
    const object = { kind: 'Secret', data: { a: hidden }, metadata: { name: 'n' } };
    expect(redactAt(object, ['data', 'a'], hidden)).not.toBe(hidden);
    expect(redactAt(object, ['metadata', 'name'], 'n')).toBe('n');
    const pod = { spec: { env: [{ name: 'API_TOKEN', value: hidden }] } };
    expect(redactAt(pod, ['spec', 'env', 0, 'value'], hidden)).not.toBe(hidden);
  });

  test('a sentence loses the secrets of the objects it is about, and what their base64 says', () => {
    const encoded = Buffer.from('opensesame!!').toString('base64');
    const redact = createRedactor({ kind: 'Secret', data: { a: encoded } }, null);
    const shown = redact(`found ${encoded}, that is opensesame!!`);
    expect(shown).not.toContain(encoded);
    expect(shown).not.toContain('opensesame');
    expect(redact('')).toBe('');
  });
});

describe('time', () => {
  const adversarial = [
    'password'.repeat(10_000),
    `-----BEGIN PRIVATE KEY-----${'-'.repeat(60_000)}`,
    `eyJ${'a'.repeat(30_000)}.eyJ${'b'.repeat(30_000)}`,
    `a://${'a'.repeat(60_000)}`,
    'a:'.repeat(30_000),
    `${'secret '.repeat(8_000)}=`,
    'AKIA'.repeat(15_000),
    ' bearer'.repeat(9_000),
  ];
  test.each(
    adversarial.map((text) => [text.slice(0, 20), text] as const),
  )('%s… grows with the length only', (_, text) => {
    const timeOf = (length: number): number => {
      const part = text.slice(0, length);
      redactText(part);
      const started = process.cpuUsage().user;
      for (let round = 0; round < 5; round++) redactText(part);
      return process.cpuUsage().user - started;
    };
    // Eight times the text may take eight times as long, and no more than some noise above it: squared would be 64 times.
    const [short, long] = [timeOf(7_500), timeOf(60_000)];
    expect(long).toBeLessThan(Math.max(short, 2_000) * 30);
  });
});
