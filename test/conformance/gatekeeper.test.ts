// Gatekeeper's library as it is: every case of its suites whose template has a source in CEL.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { DEFAULT_SETTINGS } from '../../src/engine/index.js';
import { readAllFiles } from '../../src/files.js';
import { isGatekeeperSuite, runGatekeeperSuite } from '../../src/fixtures/index.js';

const FOLDER = join(import.meta.dirname, '../../../shared/conformance/gatekeeper');
const here = existsSync(FOLDER);
if (!here) process.stderr.write('gatekeeper: skipped, there is no ../shared/conformance/gatekeeper\n');

(here ? describe : describe.skip)('Gatekeeper suites', () => {
  test('every case passes that needs no Rego', async () => {
    const { documents } = await readAllFiles([FOLDER], { accepts: (file) => file.endsWith('suite.yaml') });
    const suites = documents.filter(({ value }) => isGatekeeperSuite(value));
    const results = await Promise.all(
      suites.map((suite) => runGatekeeperSuite(suite, { settings: DEFAULT_SETTINGS, now: 0 })),
    );
    const cases = results.flatMap((result) => result.cases);
    const skipped = cases.filter(({ status }) => status === 'skip');
    process.stdout.write(
      `gatekeeper: ${cases.length} cases of ${suites.length} suites, ${skipped.length} left out\n`,
    );
    for (const { name, reason } of skipped) process.stdout.write(`  left out: ${name}: ${reason}\n`);
    expect(results.flatMap(({ problems }) => problems)).toEqual([]);
    expect(cases.length).toBeGreaterThan(0);
    expect(
      cases.filter(({ status }) => status === 'fail').map(({ name, mismatches }) => [name, mismatches]),
    ).toEqual([]);
  });
});
