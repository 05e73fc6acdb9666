// `warder certs`: makes a self-signed CA and server certificate.
import { type CommandModule, examples } from './command.js';
import { CommandError, EXIT, type ExitCode, type Io } from './io.js';

interface CertsOptions {
  readonly folder: string;
  readonly names: readonly string[];
  readonly force?: boolean;
}

async function certs(options: CertsOptions, io: Io): Promise<ExitCode> {
  const { ensureSelfSigned, makeSelfSigned, readCertificate, selfSignedFiles } = await import(
    '../admission/index.js'
  );
  try {
    if (options.force === true) await makeSelfSigned(options.folder, options.names, io.now());
    else await ensureSelfSigned(options.folder, options.names, io.now());
  } catch (error) {
    throw new CommandError(
      `${options.folder}: ${error instanceof Error ? error.message : String(error)}`,
      EXIT.unreachable,
    );
  }
  const files = selfSignedFiles(options.folder);
  const { expires } = await readCertificate(files);
  await io.write(
    `certificate  ${files.certificate}\nkey          ${files.key}\nca           ${files.ca}\nexpires      ${new Date(expires).toISOString()}\n`,
  );
  return EXIT.ok;
}

export const certsCommand: CommandModule = {
  register(program, io, run) {
    program
      .command('certs')
      .summary('make a self-signed certificate')
      .description(
        'Makes a CA and a server certificate signed by it, or leaves those there that still serve.',
      )
      .option('--folder <folder>', 'where to write them', 'certs')
      .option('--names <name...>', 'names and addresses of the server', [
        'localhost',
        '127.0.0.1',
        '::1',
        'warder.warder.svc',
      ])
      .option('--force', 'make new ones even where good ones are there')
      .addHelpText(
        'after',
        examples('warder certs', 'warder certs --folder /tmp/certs --names warder.example.com 192.0.2.7'),
      )
      .action((options: CertsOptions) => run(() => certs(options, io)));
  },
};
