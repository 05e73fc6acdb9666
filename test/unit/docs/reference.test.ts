import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '../../..');
const built = existsSync(join(root, 'dist/cli/main.js'));
if (!built) process.stderr.write('reference pages: skipped, there is no build (npm run build)\n');

(built ? test : test.skip)('the reference pages are what the code says', () => {
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(root, 'scripts/generate-docs.mjs'), '--check'],
    {
      encoding: 'utf8',
    },
  );
  expect(stdout).toBe('');
  expect(status).toBe(0);
});
