// `warder serve`: the webhook server, until it is told to stop.
import { pino } from 'pino';
import type { Config } from '../config.js';
import { type CommandModule, examples } from './command.js';
import { CommandError, EXIT, type ExitCode, type Io } from './io.js';
import { DEFAULT_POLICIES, policyPaths } from './load.js';
import { createTimestamp, openLogLines } from './log-lines.js';
import { configOption } from './options.js';
import { engineSettings, readConfig } from './settings.js';
import { VERSION } from './version.js';

interface ServeOptions {
  readonly config?: string;
  readonly policies?: readonly string[];
  readonly context?: readonly string[];
  readonly host?: string;
  readonly port?: string;
  readonly tlsCertificate?: string;
  readonly tlsKey?: string;
  readonly mode?: string;
  readonly logLevel?: string;
}

/** Resolves when the process is asked to end; a second signal ends it at once. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(130));
        resolve(signal);
      });
    }
  });
}

function explainStart(error: unknown, port: number): CommandError {
  const code = (error as { readonly code?: unknown }).code; // only read, whatever it is
  if (code === 'EADDRINUSE')
    return new CommandError(`port ${port} is in use; choose another with --port`, EXIT.unreachable);
  if (code === 'EACCES')
    return new CommandError(
      `port ${port} may not be opened by this user; choose one above 1023 with --port`,
      EXIT.unreachable,
    );
  return new CommandError(error instanceof Error ? error.message : String(error), EXIT.unreachable);
}

/** The cluster, where the configuration asks anything of it. */
async function openCluster(config: Config) {
  if (!config['cluster.watch'] && !config['cluster.register']) return undefined;
  const { createApi, readKubeConfig } = await import('../cluster/index.js');
  const file = config['cluster.kubeconfig'];
  try {
    return createApi(await readKubeConfig(file === undefined ? {} : { file }));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new CommandError(`cluster: ${message}`, EXIT.unreachable);
  }
}

async function serve(options: ServeOptions, io: Io): Promise<ExitCode> {
  const { config } = await readConfig(
    options.config,
    {
      policies: options.policies,
      context: options.context,
      'listen.host': options.host,
      'listen.port': options.port === undefined ? undefined : Number(options.port),
      'tls.certificate': options.tlsCertificate,
      'tls.key': options.tlsKey,
      mode: options.mode,
      'log.level': options.logLevel,
    },
    io,
  );
  const lines = openLogLines(1);
  const log = pino({ level: config['log.level'], base: null, timestamp: createTimestamp() }, lines);
  const { startServer } = await import('../admission/index.js');
  const stopped = stopSignal();
  const server = await startServer({
    config,
    engine: engineSettings(config),
    ...policyPaths(config.policies ?? DEFAULT_POLICIES),
    log,
    version: VERSION,
    now: Date.now,
    api: await openCluster(config),
  }).catch((error: unknown) => {
    throw explainStart(error, config['listen.port']);
  });
  const { set } = server.policies;
  log.info(
    {
      port: server.port,
      policies: set.policies.length,
      digest: set.digest,
      ms: Math.round(performance.now()),
    },
    'ready',
  );
  if (io.isTerminal || config['log.level'] !== 'silent') {
    io.warn(
      `warder ${VERSION} listens on https://${config['listen.host']}:${server.port}/validate with ${set.policies.length} policies`,
    );
    if (server.ca !== undefined) io.warn(`self-signed certificate; clients trust it by ${server.ca}`);
  }
  const signal = await stopped;
  log.info({ signal }, 'stopping');
  await server.stop();
  log.info('stopped');
  lines.flushSync();
  return EXIT.ok;
}

export const serveCommand: CommandModule = {
  register(program, io, run) {
    program
      .command('serve')
      .summary('run the webhook server')
      .description(
        'Runs the HTTPS admission webhook. Needs no cluster and no arguments: bundled policies, self-signed certificate, port 8443.',
      )
      .addOption(configOption())
      .option('-p, --policies <path...>', 'policy files or folders (default: bundled)')
      .option('--context <path...>', 'files of objects a policy may look up')
      .option('--host <address>', 'address to listen on')
      .option('--port <number>', 'port to listen on')
      .option('--tls-certificate <file>', 'certificate file (PEM)')
      .option('--tls-key <file>', 'private key file (PEM)')
      .option('--mode <mode>', 'enforce, warn or audit')
      .option('--log-level <level>', 'trace, debug, info, warn, error or silent')
      .addHelpText(
        'after',
        examples(
          'warder serve',
          'warder serve --policies my-policies/ --port 9443',
          'WARDER_MODE=audit warder serve --config warder.yaml',
        ),
      )
      .action((options: ServeOptions) => run(() => serve(options, io)));
  },
};
