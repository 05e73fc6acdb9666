// `warder manifests`: documents a cluster needs.
import { readFile } from 'node:fs/promises';
import { Argument } from 'commander';
import { z } from 'zod';
import type { ClientTarget } from '../admission/registration.js';
import { BREAK_GLASS_DEFINITION, breakGlassSchema } from '../breakglass/index.js';
import { EXCEPTION_DEFINITION, exceptionSchema } from '../exceptions/index.js';
import { suiteSchema } from '../fixtures/index.js';
import { customResourceDefinition, POLICY_DEFINITION, policySchema } from '../policy/index.js';
import { type CommandModule, examples } from './command.js';
import { CommandError, EXIT, type ExitCode, type Io } from './io.js';
import { requirePolicies } from './load.js';
import { configOption, policiesOption } from './options.js';
import { readSettings } from './settings.js';
import { toYaml } from './yaml-output.js';

async function crds(io: Io): Promise<ExitCode> {
  const definitions = [POLICY_DEFINITION, EXCEPTION_DEFINITION, BREAK_GLASS_DEFINITION];
  const documents = await Promise.all(definitions.map((one) => toYaml(customResourceDefinition(one))));
  await io.write(documents.join('---\n'));
  return EXIT.ok;
}

interface WebhookOptions {
  readonly policies: readonly string[];
  readonly config?: string;
  readonly name: string;
  readonly service: string;
  readonly port: string;
  readonly url?: string;
  readonly caFile?: string;
  readonly timeout: string;
}

/** A whole number within bounds, as an option gives it. */
function numberOf(text: string, option: string, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new CommandError(`${option} must be a whole number from 1 to ${most}, found ${text}`);
}

function targetOf({ url, service, port }: WebhookOptions): ClientTarget {
  if (url !== undefined) {
    if (!url.startsWith('https://')) throw new CommandError(`--url must begin with https://, found ${url}`);
    return { kind: 'url', url };
  }
  const [namespace = '', name = ''] = service.split('/');
  if (namespace === '' || name === '')
    throw new CommandError(`--service must be NAMESPACE/NAME, found ${service}`);
  return { kind: 'service', namespace, name, port: numberOf(port, '--port', 65_535) };
}

async function webhook(options: WebhookOptions, io: Io): Promise<ExitCode> {
  const { settings, parameters } = await readSettings(options.config, io);
  const set = await requirePolicies(options.policies, parameters, io);
  const { caFile } = options;
  const target = targetOf(options);
  const own = target.kind === 'service' ? [target.namespace] : [];
  const { registrationOf } = await import('../admission/registration.js');
  const document = registrationOf(set, {
    name: options.name,
    target,
    caBundle:
      caFile === undefined
        ? undefined
        : await readFile(caFile, 'utf8').catch(() => {
            throw new CommandError(`${caFile}: cannot be read`);
          }),
    excludedNamespaces: [...new Set([...settings.excludedNamespaces, ...own])],
    timeoutSeconds: numberOf(options.timeout, '--timeout', 30),
  });
  await io.write(await toYaml(document));
  return EXIT.ok;
}

const SCHEMAS = {
  Policy: policySchema,
  PolicyException: exceptionSchema,
  BreakGlass: breakGlassSchema,
  tests: suiteSchema,
} as const;

/** JSON Schema for editors; a time or duration that was read and changed on the way is text in a file. */
async function schema(kind: keyof typeof SCHEMAS, io: Io): Promise<ExitCode> {
  const found = z.toJSONSchema(SCHEMAS[kind], { io: 'input', unrepresentable: 'any' });
  await io.write(`${JSON.stringify(found, null, 2)}\n`);
  return EXIT.ok;
}

export const manifestsCommand: CommandModule = {
  register(program, io, run) {
    const parent = program.command('manifests').summary('print documents a cluster needs');
    parent
      .command('crds')
      .summary('definitions of Policy, PolicyException and BreakGlass')
      .addHelpText('after', examples('warder manifests crds | kubectl apply --server-side -f -'))
      .action(() => run(() => crds(io)));
    parent
      .command('schema')
      .summary('JSON Schema of a kind of document, for editors')
      .addArgument(new Argument('[kind]', 'which documents').choices(Object.keys(SCHEMAS)).default('Policy'))
      .addHelpText(
        'after',
        examples('warder manifests schema > policy.schema.json', 'warder manifests schema tests'),
      )
      .action((kind: keyof typeof SCHEMAS) => run(() => schema(kind, io)));
    parent
      .command('webhook')
      .summary('the registration that the policies need')
      .description(
        'Prints a ValidatingWebhookConfiguration with only the kinds and operations some policy reads: one entry that fails closed, one that fails open.',
      )
      .option('--name <name>', 'name of the configuration', 'warder')
      .option('--service <namespace/name>', 'Service of the webhook', 'warder/warder')
      .option('--port <number>', 'port of the Service', '443')
      .option('--url <url>', 'address of the webhook, in place of a Service')
      .option('--ca-file <file>', 'PEM of the authority that signed its certificate')
      .option('--timeout <seconds>', 'how long the API server waits, 1 to 30', '10')
      .addOption(policiesOption())
      .addOption(configOption())
      .addHelpText('after', examples('warder manifests webhook --ca-file certs/ca.crt | kubectl apply -f -'))
      .action((options: WebhookOptions) => run(() => webhook(options, io)));
  },
};
