import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { runStep, stable, stepsOf } from './story.js';

const root = join(import.meta.dirname, '../../..');
const tour = join(root, 'docs/tour');
const folder = mkdtempSync(join(tmpdir(), 'warder-tour-'));
cpSync(tour, folder, { recursive: true });
for (const name of ['keys', 'exceptions']) mkdirSync(join(folder, name));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// The commands are those of an installed Warder; `npm ci` builds it.
const built = existsSync(join(root, 'dist/cli/main.js'));
if (!built) process.stderr.write('tour: skipped, there is no build (npm run build)\n');

(built ? describe : describe.skip)('the tour prints what it says', () => {
  const steps = stepsOf(readFileSync(join(tour, 'README.md'), 'utf8'));
  test('has a story to tell', () => expect(steps.length).toBeGreaterThan(20));
  test.each(steps)('$command', ({ command, printed }) => {
    expect(stable(runStep(command, folder))).toBe(stable(printed));
  });
});
