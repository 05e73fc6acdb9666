import { describe, expect, test } from '@jest/globals';
import {
  type ConfigFile,
  describeSetting,
  environmentName,
  resolveConfig,
  SETTING_NAMES,
  showSetting,
} from '../../src/config.js';
import { type JsonValue, readDocuments } from '../../src/kubernetes/index.js';

function fileOf(text: string): ConfigFile {
  const [document] = readDocuments(text).documents;
  if (document === undefined) throw new Error('no document');
  return { file: 'warder.yaml', value: document.value as JsonValue, positionOf: document.positionOf };
}

const resolve = (
  text: string | undefined,
  environment: Record<string, string> = {},
  flags: Record<string, unknown> = {},
) => resolveConfig({ file: text === undefined ? undefined : fileOf(text), environment, flags });

const problemsOf = (...input: Parameters<typeof resolve>): readonly string[] => {
  const result = resolve(...input);
  return result.ok ? [] : result.problems;
};

describe('settings', () => {
  test('each has a description, a name in the environment, and a default or none that is said', () => {
    for (const name of SETTING_NAMES) {
      expect(describeSetting(name).description).toMatch(/\.$/);
      expect(environmentName(name)).toMatch(/^WARDER_[A-Z_]+$/);
    }
    expect(new Set(SETTING_NAMES.map(environmentName)).size).toBe(SETTING_NAMES.length);
  });

  test('flags win over the environment, that over the file, that over defaults', () => {
    const file = 'listen: { port: 1, host: a }\nmode: warn\ndrain: 1m\n';
    const result = resolve(file, { WARDER_LISTEN_PORT: '2', WARDER_MODE: 'audit' }, { 'listen.port': 3 });
    if (!result.ok) throw new Error(result.problems.join());
    const { config, sources } = result;
    expect([config['listen.port'], config.mode, config['listen.host'], config.drain]).toEqual([
      3,
      'audit',
      'a',
      60_000,
    ]);
    expect([sources['listen.port'], sources.mode, sources['listen.host'], sources['tls.folder']]).toEqual([
      'flag',
      'environment',
      'file',
      'default',
    ]);
  });

  test('names may be nested or dotted in a file', () => {
    const result = resolve('limits.bodyBytes: 5\nlimits: { concurrency: 6 }\n');
    if (!result.ok) throw new Error(result.problems.join());
    expect([result.config['limits.bodyBytes'], result.config['limits.concurrency']]).toEqual([5, 6]);
  });

  test('lists and objects in the environment', () => {
    const environment = {
      WARDER_EXCLUDED_NAMESPACES: 'a, b,',
      WARDER_POLICIES: '["x,y"]',
      WARDER_PARAMETERS: '{"p":{"k":[1]}}',
      WARDER_RECORD_STDOUT: 'true',
    };
    const result = resolve(undefined, environment);
    if (!result.ok) throw new Error(result.problems.join());
    const { config } = result;
    expect(config.excludedNamespaces).toEqual(['a', 'b']);
    expect(config.policies).toEqual(['x,y']);
    expect(config.parameters).toEqual({ p: { k: [1] } });
    expect(config['record.stdout']).toBe(true);
  });

  test('everything that is wrong is said at once, with its place', () => {
    const problems = problemsOf('listen:\n  port: 99999\nmod: warn\ndrain: soon\n', {
      WARDER_MODE: 'strict',
      WARDER_LISTEN_PROT: '1',
      WARDER_LIMITS_BODY_BYTES: 'many',
    });
    expect(problems).toHaveLength(6);
    expect(problems).toContainEqual(expect.stringMatching(/warder\.yaml:2:\d+: listen\.port.*99999/));
    expect(problems).toContainEqual(
      expect.stringMatching(/warder\.yaml:3:\d+: there is no setting mod; did you mean mode\?/),
    );
    expect(problems).toContainEqual(
      expect.stringMatching(/warder\.yaml:4:\d+: drain: must be a duration such as/),
    );
    expect(problems).toContainEqual(
      expect.stringMatching(/environment variable WARDER_MODE: mode.*"strict"/),
    );
    expect(problems).toContainEqual(
      expect.stringMatching(/WARDER_LISTEN_PROT; did you mean WARDER_LISTEN_PORT\?/),
    );
    expect(problems).toContainEqual(expect.stringMatching(/WARDER_LIMITS_BODY_BYTES: limits\.bodyBytes/));
  });

  test.each([
    ['[1]', 'must be an object of settings'],
    ['tls: { certificate: a }', 'tls.certificate and tls.key are given together or not at all'],
    ['__proto__: { mode: warn }', 'there is no setting __proto__'],
    ['policies: []', 'policies'],
    ['mode: null', 'mode'],
  ])('%s is refused', (text, message) => {
    expect(problemsOf(text).join('\n')).toContain(message);
  });

  test('lengths of time are shown as they would be written', () => {
    expect(showSetting('drain', 20_000)).toBe('20s');
    expect(showSetting('drain', 1_500)).toBe('1500ms');
    expect(showSetting('record.retention', 7_776_000_000)).toBe('90d');
    expect(showSetting('limits.bodyBytes', 1000)).toBe(1000);
  });
});
