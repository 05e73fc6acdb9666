import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Io } from '../../../src/cli/io.js';
import { main } from '../../../src/cli/main.js';
import { POLICY, review } from '../admission/running.js';

const folder = mkdtempSync(join(tmpdir(), 'warder-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
};

const policy = file('policies/p.yaml', POLICY);
const suite = file(
  'policies/p.test.yaml',
  `policy: p.yaml
cases:
  - name: good
    object: { apiVersion: v1, kind: Pod, metadata: { name: a }, spec: { containers: [{ name: c }] } }
    expect: { allowed: true, results: { privileged: pass } }
  - name: bad
    object: { apiVersion: v1, kind: Pod, metadata: { name: a }, spec: { containers: [{ name: c, securityContext: { privileged: true } }] } }
    expect: { allowed: false, results: { privileged: fail }, path: "spec.containers[0].securityContext.privileged" }
`,
);
const pod = (name: string, privileged: boolean) =>
  `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name}, namespace: shop }\nspec:\n  containers:\n    - name: c\n      securityContext:\n        privileged: ${privileged}\n`;
const good = file('good.yaml', pod('good', false));
const bad = file('bad.yaml', `${pod('one', false)}---\n${pod('two', true)}`);
const list = file(
  'list.json',
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: [
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'x' },
        spec: { containers: [{ name: 'c', securityContext: { privileged: true } }] },
      },
    ],
  }),
);
const reviews = file('reviews.ndjson', `${review()}\n${review({ uid: 'u-2' }, false)}\n`);
const mixed = file(
  'mixed.ndjson',
  `${review({ uid: 'u-3' }, false)}\nnot json\n${review({ uid: 'u-4' }, false)}\n`,
);
const broken = file('broken.yaml', POLICY.replace('rules:', 'rulez:'));

async function warder(...argv: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const io: Io = {
    write: async (text) => {
      out += text;
    },
    warn: (text) => {
      err += `${text}\n`;
    },
    isTerminal: false,
    colours: false,
    columns: 100,
    environment: {},
    now: () => Date.UTC(2026, 10, 20),
  };
  const code = await main(argv, io);
  return { code, out, err };
}

describe('exit codes and output', () => {
  test.each<[string, readonly string[], number, string, string]>([
    ['check of what is right', ['check', good, '-p', policy], 0, '1 clean', ''],
    ['check of what is wrong', ['check', bad, '-p', policy], 1, 'Pod shop/two', ''],
    ['check of a List', ['check', list, '-p', policy], 1, 'Pod default/x', ''],
    [
      'check of a file that is not there',
      ['check', join(folder, 'none.yaml'), '-p', policy],
      2,
      '0 objects',
      'there is no such file',
    ],
    ['check with a broken policy', ['check', good, '-p', broken], 2, '', 'spec.rulez: is not a field'],
    ['check with a bad time', ['check', good, '-p', policy, '--now', 'soon'], 2, '', 'is not a time'],
    ['review of recorded requests', ['review', reviews, '-p', policy], 1, '"uid":"u-1","allowed":false', ''],
    [
      'review of a file with a line that is no review',
      ['review', mixed, '-p', policy],
      2,
      '"uid":"u-4","allowed":true',
      'mixed.ndjson:2: is not JSON',
    ],
    ['test of a good suite', ['test', suite, '--require-coverage'], 0, '2 passed', ''],
    ['test where there is no suite', ['test', good], 2, '', ''],
    ['policies list', ['policies', 'list', '-p', policy], 0, 'no-privileged', ''],
    ['policies lint', ['policies', 'lint', '-p', policy], 0, 'nobody owns it', ''],
    ['policies docs', ['policies', 'docs', '-p', policy], 0, '### no-privileged', ''],
    ['config', ['config'], 0, 'listen.port', ''],
    ['completion', ['completion', 'bash'], 0, 'complete -o filenames -F _warder warder', ''],
    ['an unknown command', ['chekc'], 2, '', 'check'],
    ['an unknown option', ['check', '--polcies', 'x'], 2, '', '--policies'],
    ['help', ['--help'], 0, 'Exit codes', ''],
    ['the help of a command', ['review', '--help'], 0, 'Examples:', ''],
  ])('%s', async (_name, argv, code, out, err) => {
    const result = await warder(...argv);
    expect({ ...result, out: result.out.includes(out), err: result.err.includes(err) }).toEqual({
      code,
      out: true,
      err: true,
    });
  });
});

describe('formats', () => {
  test('a decision line is what the documentation says', async () => {
    const [line = ''] = (await warder('review', reviews, '-p', policy)).out.split('\n');
    expect(JSON.parse(line)).toEqual({
      uid: 'u-1',
      allowed: false,
      results: [
        {
          policy: 'no-privileged',
          rule: 'privileged',
          result: 'fail',
          action: 'deny',
          severity: 'medium',
          message: 'container c runs privileged',
          path: 'spec.containers[0].securityContext.privileged',
        },
      ],
      warnings: [],
      auditAnnotations: expect.objectContaining({ denied: 'no-privileged/privileged' }),
    });
  });

  test('SARIF points at the line of the field, with a stable fingerprint', async () => {
    const sarif = async () =>
      JSON.parse((await warder('check', bad, '-p', policy, '-o', 'sarif')).out).runs[0];
    const [{ results, tool }, again] = [await sarif(), await sarif()];
    expect(tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual(['no-privileged/privileged']);
    expect(results[0].locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: bad },
      region: { startLine: 17, startColumn: 9 },
    });
    expect(results[0].partialFingerprints).toEqual(again.results[0].partialFingerprints);
  });

  test('JSON, JUnit and Markdown carry the same finding', async () => {
    const json = JSON.parse((await warder('check', bad, '-p', policy, '-o', 'json')).out);
    expect(json).toMatchObject({
      summary: { objects: 2, denied: 1, violations: 1 },
      objects: [{ name: 'two' }],
    });
    expect((await warder('check', bad, '-p', policy, '-o', 'junit')).out).toMatch(
      /<failure message="privileged: container c runs privileged/,
    );
    expect((await warder('check', bad, '-p', policy, '-o', 'markdown')).out).toContain(
      '| Pod shop/two | medium | deny |',
    );
  });

  test('a failing case names what was expected and what was found', async () => {
    const wrong = file(
      'policies/wrong.test.yaml',
      'policy: p.yaml\ncases:\n  - name: hopeful\n    object: { apiVersion: v1, kind: Pod, metadata: { name: a }, spec: { containers: [{ name: c, securityContext: { privileged: true } }] } }\n    expect: { allowed: true, results: { privileged: pass, none: pass } }\n',
    );
    const { code, out } = await warder('test', wrong, '--require-coverage');
    expect(code).toBe(1);
    for (const text of [
      'expected the request to be allowed, it was denied',
      'rule privileged: expected pass, found fail',
      'rule none was never evaluated',
      'no case passes',
    ])
      expect(out).toContain(text);
  });
});

describe('explain', () => {
  const selective = file(
    'selective/p.yaml',
    `apiVersion: warder.dev/v1
kind: Policy
metadata: { name: selective }
spec:
  title: T
  description: D
  match:
    - resources: [pods]
      namespaceSelector: { matchLabels: { env: prod } }
  conditions: [{ name: named, expression: "object.metadata.name != 'skip'" }]
  rules:
    - name: no-token
      each: $.spec.containers[*].env[*]
      when: "item.name.endsWith('TOKEN')"
      require: { cel: "!has(item.value)" }
      message: "{item.name} is set"
`,
  );
  const prod = file(
    'prod.yaml',
    'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { env: prod } }\n',
  );
  const token = file(
    'token.yaml',
    'apiVersion: v1\nkind: Pod\nmetadata: { name: a, namespace: shop }\nspec:\n  containers:\n    - name: c\n      env: [{ name: API_TOKEN, value: kW9fX2pL7qRt5vBn8mZc }]\n',
  );

  test('shows the rule, the item, the values that decided it, and no secret', async () => {
    const { code, out } = await warder('explain', token, '-p', selective, '--context', prod, '--trace');
    expect(code).toBe(1);
    expect(out).toContain('✗ selective (deny)');
    expect(out).toContain("condition named: object.metadata.name != 'skip' → true");
    expect(out).toContain("spec.containers[0].env[0] when: item.name.endsWith('TOKEN') → true");
    expect(out).toContain('spec.containers[0].env[0] require: !has(item.value) → false');
    expect(out).toContain("item.name → 'API_TOKEN'");
    expect(out).not.toContain('kW9fX2pL7qRt5vBn8mZc');
  });

  test('says why a policy does not apply: selector, condition, kind', async () => {
    const unlabelled = await warder('explain', token, '-p', selective);
    expect(unlabelled.code).toBe(0);
    expect(unlabelled.out).toContain('selective does not apply');
    expect(unlabelled.out).toContain(
      'its namespaceSelector wants env=prod, and namespace shop has kubernetes.io/metadata.name=shop',
    );
    const skipped = file(
      'skip.yaml',
      'apiVersion: v1\nkind: Pod\nmetadata: { name: skip, namespace: shop }\n',
    );
    const condition = await warder('explain', skipped, '-p', selective, '--context', prod);
    expect(condition.out).toContain('condition named does not hold');
    const map = file('map.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: m }\n');
    const other = await warder('explain', map, '-p', selective, '--policy', 'selective');
    expect(other.out).toContain('it is about pods (CREATE, UPDATE), and this is a CREATE of configmaps');
    expect((await warder('explain', map, '-p', selective)).out).toContain(
      '1 more policy not about this kind',
    );
  });

  test('gives one line of JSON a document, and names a policy that is not there', async () => {
    const { out } = await warder('explain', token, '-p', selective, '--context', prod, '-o', 'json');
    const [line] = out
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text));
    expect(line).toMatchObject({ operation: 'CREATE', policies: [{ policy: 'selective', applies: true }] });
    expect(out).not.toContain('kW9fX2pL7qRt5vBn8mZc');
    const wrong = await warder('explain', token, '-p', selective, '--policy', 'selectiv');
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain('did you mean selective?');
  });

  test('shows no secret, nor the beginning of one where a long value is cut', async () => {
    const long = (value: string) =>
      file(
        'long.yaml',
        `apiVersion: v1\nkind: Pod\nmetadata: { name: a, namespace: shop }\nspec:\n  containers:\n    - name: ${'c'.repeat(50)}\n      image: x\n      env: [{ name: DB_PASSWORD, value: ${value} }]\n`,
      );
    const all = file(
      'all/p.yaml',
      `apiVersion: warder.dev/v1
kind: Policy
metadata: { name: all }
spec:
  title: T
  description: D
  match: [{ resources: [pods] }]
  variables: [{ name: containers, expression: "object.spec.containers + []" }]
  rules:
    - name: none
      require: { cel: "variables.containers.size() == 0 && object.spec.containers.size() == 0 && 'a=' + object.spec.containers[0].env[0].value == ''" }
      message: has some
`,
    );
    const secret = 'hunter2-with-more-words';
    const out = [
      await warder('explain', long(secret), '-p', all, '--trace'),
      await warder('check', long(secret), '-p', all),
      await warder('check', long(secret), '-p', all, '-o', 'json'),
    ].map((run) => run.out + run.err);
    expect(out[0]).toContain('object.spec.containers');
    for (const text of out) expect(text).not.toContain('hunter2');
  });
});
