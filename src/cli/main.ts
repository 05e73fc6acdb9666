#!/usr/bin/env node
// The composition root: every command, the real process around them, and one place for exit codes.
import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { Command, CommanderError } from 'commander';
import type { CommandModule, Run } from './command.js';
import { CommandError, EXIT, type ExitCode, type Io, processIo } from './io.js';
import { VERSION } from './version.js';

/** Each is loaded when it is asked for: together they take longer to load than the server to start. */
const COMMANDS: Readonly<Record<string, () => Promise<CommandModule>>> = {
  serve: async () => (await import('./serve.js')).serveCommand,
  check: async () => (await import('./check.js')).checkCommand,
  review: async () => (await import('./review.js')).reviewCommand,
  test: async () => (await import('./test.js')).testCommand,
  explain: async () => (await import('./explain.js')).explainCommand,
  audit: async () => (await import('./audit.js')).auditCommand,
  lifecycle: async () => (await import('./lifecycle.js')).lifecycleCommand,
  drift: async () => (await import('./drift.js')).driftCommand,
  policies: async () => (await import('./policies.js')).policiesCommand,
  exception: async () => (await import('./exception.js')).exceptionCommand,
  breakglass: async () => (await import('./breakglass.js')).breakGlassCommand,
  log: async () => (await import('./log.js')).logCommand,
  replay: async () => (await import('./replay.js')).replayCommand,
  manifests: async () => (await import('./manifests.js')).manifestsCommand,
  config: async () => (await import('./config.js')).configCommand,
  certs: async () => (await import('./certs.js')).certsCommand,
  completion: async () => (await import('./completion.js')).completionCommand,
};

/**
 * The program; `exit` hears the code of the command that ran. With `only`, where there is such a command, just that one: enough
 * to run it, not to list what there is.
 */
export async function createProgram(io: Io, exit: (code: ExitCode) => void, only?: string): Promise<Command> {
  const program = new Command('warder')
    .description(
      'Warder guards a Kubernetes API: it admits or denies each change, watches what runs, and tests policies offline.',
    )
    .version(VERSION)
    .showHelpAfterError('(--help lists what there is)')
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => void io.write(text),
      writeErr: (text) => io.warn(text.trimEnd()),
    });
  const run: Run = async (action) => exit(await action());
  const one = only !== undefined && Object.hasOwn(COMMANDS, only) ? COMMANDS[only] : undefined;
  const loads = one === undefined ? Object.values(COMMANDS) : [one];
  for (const command of await Promise.all(loads.map((load) => load()))) command.register(program, io, run);
  program.addHelpText(
    'after',
    '\nExit codes: 0 nothing denied, 1 something denied or failed, 2 bad usage or input, 3 could not reach what it needed.',
  );
  return program;
}

/** Runs one command line and gives its exit code. Never throws for anything a user can cause. */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const remember = (result: ExitCode): void => {
    code = result;
  };
  // The names of all commands are part of what completion prints.
  const program = await createProgram(io, remember, argv[0] === 'completion' ? undefined : argv[0]);
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
