// Pages that tell a story in commands: run in order in one folder, with what each prints.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const CLI = join(import.meta.dirname, '../../../dist/cli/main.js');

export interface Step {
  readonly command: string;
  /** What the page says it prints. */
  readonly printed: string;
}

/** The steps of all `console` blocks of a page, in order. */
export function stepsOf(page: string): readonly Step[] {
  const blocks = [...page.matchAll(/```console\n(.*?)```/gs)].map(([, block = '']) => block);
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((step) => {
        const [command = '', ...lines] = step.split('\n');
        return { command, printed: lines.join('\n').trimEnd() };
      }),
  );
}

/** Runs a command of the page in a shell; errors are part of what it prints. */
export function runStep(command: string, folder: string): string {
  const script = `warder() { "${process.execPath}" --no-warnings "${CLI}" "$@"; }\n{ ${command}\n} 2>&1`;
  const { stdout } = spawnSync('bash', ['-c', script], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return stdout.trimEnd();
}

/** What differs from run to run: ids, signatures, how long it took. */
export const stable = (text: string): string =>
  text
    .replace(/\b01[0-9A-HJKMNP-TV-Z]{24}\b/g, '01JEXAMPLE0000000000000000')
    .replace(/eyJ[\w-]+\.[\w.-]+/g, 'eyJ…')
    .replace(/in \d+\.\d s/g, 'in 0.2 s')
    .replace(/[ \t]+$/gm, '');
