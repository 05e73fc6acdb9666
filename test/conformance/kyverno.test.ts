// Kyverno's policy library as it is: every result its tests expect of ValidatingPolicies, but for those that ask a registry.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { DEFAULT_SETTINGS } from '../../src/engine/index.js';
import { readAllFiles } from '../../src/files.js';
import { isKyvernoSuite, runKyvernoSuite } from '../../src/fixtures/index.js';

const FOLDER = join(import.meta.dirname, '../../../shared/conformance/kyverno');
const here = existsSync(FOLDER);
if (!here) process.stderr.write('kyverno: skipped, there is no ../shared/conformance/kyverno\n');

(here ? describe : describe.skip)('Kyverno tests', () => {
  test('every result is as expected that needs no network', async () => {
    const { documents } = await readAllFiles([FOLDER], {
      accepts: (file) => file.endsWith('kyverno-test.yaml'),
    });
    const suites = documents.filter(({ value }) => isKyvernoSuite(value));
    const results = await Promise.all(
      suites.map((suite) => runKyvernoSuite(suite, { settings: DEFAULT_SETTINGS, now: Date.now() })),
    );
    const cases = results.flatMap((result) => result.cases);
    const skipped = cases.filter(({ status }) => status === 'skip');
    process.stdout.write(
      `kyverno: ${cases.length} cases of ${suites.length} tests, ${skipped.length} left out\n`,
    );
    for (const reason of new Set(skipped.map((one) => one.reason)))
      process.stdout.write(`  left out: ${reason}\n`);
    // A sample of a library may lack files its tests name; that is told of, and nothing else.
    for (const { problems } of results)
      for (const { message } of problems) expect(message).toBe('there is no such file or folder');
    expect(cases.length).toBeGreaterThan(0);
    expect(skipped.every(({ reason }) => reason.includes('needs the network'))).toBe(true);
    expect(
      cases.filter(({ status }) => status === 'fail').map(({ name, mismatches }) => [name, mismatches]),
    ).toEqual([]);
  });
});
