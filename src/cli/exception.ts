// `warder exception`: draft, sign, verify, list, revoke.
import type { Command } from 'commander';
import { formatTime } from '../kubernetes/index.js';
import { type CommandModule, examples, type Run } from './command.js';
import { registerDraft } from './exception-draft.js';
import { registerKey } from './exception-key.js';
import { registerList } from './exception-list.js';
import { registerSign } from './exception-sign.js';
import { EXIT, type ExitCode, type Io } from './io.js';
import { timeOf } from './load.js';
import { nowOption } from './options.js';
import { toYaml } from './yaml-output.js';

interface RevokeOptions {
  readonly by: string;
  readonly reason: string;
  readonly ofKey?: boolean;
  readonly now?: string;
}

/** A Revocation document: only ends something, so it needs nobody's signature. */
async function revoke(id: string, options: RevokeOptions, io: Io): Promise<ExitCode> {
  const at = timeOf(options.now, io);
  const what = options.ofKey === true ? { key: id } : { grant: id };
  const document = {
    apiVersion: 'warder.dev/v1',
    kind: 'Revocation',
    metadata: {
      name: `revoke-${id.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`.slice(0, 63).replace(/-+$/, ''),
    },
    spec: { ...what, by: options.by, at: formatTime(at), reason: options.reason },
  };
  await io.write(`---\n${await toYaml(document)}`);
  return EXIT.ok;
}

function registerRevoke(parent: Command, io: Io, run: Run): void {
  parent
    .command('revoke')
    .summary('end an exception, a grant or a key before its time')
    .description('Prints a Revocation document, to be added to the files of exceptions.')
    .argument('<id>', 'name of the exception, id of the grant or, with --of-key, of the key')
    .requiredOption('--by <name>', 'who revokes')
    .requiredOption('--reason <text>', 'why')
    .option('--of-key', 'the id is that of a key: everything it signed is void')
    .addOption(nowOption())
    .addHelpText(
      'after',
      examples(
        'warder exception revoke checkout --by erin --reason "the image is fixed" >> exceptions/revocations.yaml',
        'warder exception revoke carol-2025 --of-key --by erin --reason "lost laptop" >> exceptions/revocations.yaml',
      ),
    )
    .action((id: string, options: RevokeOptions) => run(() => revoke(id, options, io)));
}

export const exceptionCommand: CommandModule = {
  register(program, io, run) {
    const parent = program.command('exception').summary('draft, sign, verify, list and revoke exceptions');
    registerDraft(parent, io, run);
    registerSign(parent, io, run);
    registerList(parent, io, run);
    registerRevoke(parent, io, run);
    registerKey(parent, io, run);
  },
};
