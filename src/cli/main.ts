#!/usr/bin/env node
// The composition root: every command, the real process around them, and one place for exit codes.
import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { Command, CommanderError } from 'commander';
import { breakGlassCommand } from './breakglass.js';
import { certsCommand } from './certs.js';
import { checkCommand } from './check.js';
import type { CommandModule, Run } from './command.js';
import { completionCommand } from './completion.js';
import { configCommand } from './config.js';
import { exceptionCommand } from './exception.js';
import { explainCommand } from './explain.js';
import { CommandError, EXIT, type ExitCode, type Io, processIo } from './io.js';
import { logCommand } from './log.js';
import { manifestsCommand } from './manifests.js';
import { policiesCommand } from './policies.js';
import { replayCommand } from './replay.js';
import { reviewCommand } from './review.js';
import { serveCommand } from './serve.js';
import { testCommand } from './test.js';
import { VERSION } from './version.js';

const COMMANDS: readonly CommandModule[] = [
  serveCommand,
  checkCommand,
  reviewCommand,
  testCommand,
  explainCommand,
  policiesCommand,
  exceptionCommand,
  breakGlassCommand,
  logCommand,
  replayCommand,
  manifestsCommand,
  configCommand,
  certsCommand,
  completionCommand,
];

/** The whole program; `exit` hears the code of the command that ran. */
export function createProgram(io: Io, exit: (code: ExitCode) => void): Command {
  const program = new Command('warder')
    .description(
      'Warder guards a Kubernetes API: it admits or denies each change, watches what runs, and tests policies offline.',
    )
    .version(VERSION)
    .showHelpAfterError('(--help lists what there is)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.write(text),
      writeErr: (text) => io.warn(text.trimEnd()),
    });
  const run: Run = async (action) => exit(await action());
  for (const command of COMMANDS) command.register(program, io, run);
  program.addHelpText(
    'after',
    '\nExit codes: 0 nothing denied, 1 something denied or failed, 2 bad usage or input, 3 could not reach what it needed.',
  );
  return program;
}

/** Runs one command line and gives its exit code. Never throws for anything a user can cause. */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const program = createProgram(io, (result) => {
    code = result;
  });
  // Commander knows overrides per command only.
  for (const command of allCommands(program)) command.exitOverride().copyInheritedSettings(program);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error instanceof CommandError) {
      io.warn(error.message);
      return error.code;
    }
    throw error;
  }
}

function allCommands(command: Command): readonly Command[] {
  return command.commands.flatMap((child) => [child, ...allCommands(child)]);
}

/** Whether this file is what node was asked to run, and not imported by a test. */
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  process.exitCode = await main(process.argv.slice(2), processIo());
}
