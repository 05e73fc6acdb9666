// `warder exception key`: a key pair for somebody who approves: the private half to a file, the public half as a KeySet to share.
import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { examples, type Run } from './command.js';
import { CommandError, EXIT, type ExitCode, type Io } from './io.js';
import { toYaml } from './yaml-output.js';

interface KeyOptions {
  readonly user: string;
  readonly groups: readonly string[];
  readonly out: string;
}

async function key(id: string, options: KeyOptions, io: Io): Promise<ExitCode> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const text = privateKey.export({ type: 'pkcs8', format: 'pem' });
  await writeFile(options.out, text, { mode: 0o600, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(
      `${options.out}: ${error.code === 'EEXIST' ? 'is there already; keys are not overwritten' : error.message}`,
    );
  });
  const document = {
    apiVersion: 'warder.dev/v1',
    kind: 'KeySet',
    metadata: { name: id },
    spec: {
      keys: [
        {
          id,
          user: options.user,
          groups: [...options.groups],
          publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
        },
      ],
    },
  };
  await io.write(await toYaml(document));
  io.warn(`private key in ${options.out}: keep it to yourself`);
  return EXIT.ok;
}

export function registerKey(parent: Command, io: Io, run: Run): void {
  parent
    .command('key')
    .summary('make a key pair for somebody who approves')
    .description('Writes the private key to a file and prints the public one as a KeySet document.')
    .argument('<id>', 'id of the key, unique among all')
    .requiredOption('--user <name>', 'user name of whose key it is')
    .option('--groups <name...>', 'groups of that user', [])
    .requiredOption('--out <file>', 'where the private key goes')
    .addHelpText(
      'after',
      examples(
        'warder exception key carol-2026 --user carol --groups security-approvers --out carol.pem > keys/carol.yaml',
      ),
    )
    .action((id: string, options: KeyOptions) => run(() => key(id, options, io)));
}
