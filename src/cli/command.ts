// A command: adds itself to the program. One file each, listed in `main.ts`.
import type { Command } from 'commander';
import type { ExitCode, Io } from './io.js';

/** Runs an action and keeps its exit code for the process. */
export type Run = (action: () => Promise<ExitCode>) => Promise<void>;

export interface CommandModule {
  register(program: Command, io: Io, run: Run): void;
}

/** The text after a command's help: examples, each a line that can be pasted. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}\n`;
}
