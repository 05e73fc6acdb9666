// `warder exception sign`: approves a PolicyException with a key, on the document itself or as a grant an object carries.
import type { Command } from 'commander';
import { type ExceptionSpec, exceptionSchema, signDocument, signGrant } from '../exceptions/index.js';
import { readAllFiles, type SourceDocument } from '../files.js';
import { createUlidGenerator, formatTime, isJsonObject, type JsonObject } from '../kubernetes/index.js';
import { checkSchema, formatProblem } from '../policy/index.js';
import { examples, type Run } from './command.js';
import { exceptionsOption, type GovernanceOptions, readGovernance } from './governance.js';
import { CommandError, EXIT, type ExitCode, type Io } from './io.js';
import { failOn, timeOf } from './load.js';
import { configOption, nowOption } from './options.js';
import {
  asOption,
  keyIdOption,
  keyOption,
  readSigner,
  type Signer,
  type SigningOptions,
  userOption,
} from './signing.js';
import { toYaml } from './yaml-output.js';

interface SignOptions extends GovernanceOptions, SigningOptions {
  readonly grant?: boolean;
  readonly now?: string;
}

async function readException(file: string): Promise<SourceDocument> {
  const { documents, problems } = await readAllFiles([file]);
  failOn(problems);
  const [document] = documents.filter(({ value }) => isJsonObject(value) && value.kind === 'PolicyException');
  if (document === undefined) throw new CommandError(`${file}: holds no PolicyException`);
  return document;
}

function specOf(document: SourceDocument): ExceptionSpec {
  const checked = checkSchema(exceptionSchema, document);
  if (!checked.ok) throw new CommandError(checked.problems.map(formatProblem).join('\n'));
  return checked.value.spec;
}

/** The one object a grant is bound to; a scope that names more cannot be carried. */
function objectOf({ scope }: ExceptionSpec): { resource: string; namespace: string; name: string } {
  const { resources = [], namespaces = [], names = [], selector } = scope;
  const [resource, namespace = '', name] = [resources[0], namespaces[0], names[0]];
  const isExact = ![...resources, ...namespaces, ...names].some((glob) => /[*?]/.test(glob));
  if (resource === undefined || name === undefined || !isExact || selector !== undefined)
    throw new CommandError(
      'a grant is bound to one object: the scope must name one resource, namespace and name',
    );
  if (resources.length > 1 || namespaces.length > 1 || names.length > 1)
    throw new CommandError('a grant is bound to one object: the scope names several');
  return { resource, namespace, name };
}

function grantFor(spec: ExceptionSpec, signer: Signer, audience: string | undefined, now: number): string {
  const request = {
    id: createUlidGenerator()(now),
    policies: spec.policies.map(({ name, rules = [] }) => ({ name, rules })),
    object: objectOf(spec),
    images: spec.scope.images ?? [],
    reason: spec.reason,
    ticket: spec.ticket ?? '',
    requestedBy: spec.requestedBy,
    approvedBy: signer.user,
    approvedAs: signer.as,
    audience,
    starts: spec.starts,
    expires: spec.expires,
  };
  return signGrant(request, now, signer.keyId, signer.privateKey);
}

function signed(document: JsonObject, signer: Signer, audience: string | undefined, now: number): JsonObject {
  const { signature: _, ...spec } = isJsonObject(document.spec) ? document.spec : {};
  const approval = { approvedBy: signer.user, approvedAs: signer.as, approvedAt: formatTime(now) };
  const approved: JsonObject = { ...document, spec: { ...spec, ...approval } };
  const { user, as, keyId, privateKey } = signer;
  const signature = signDocument(approved, { user, as, at: now, keyId }, audience, privateKey);
  return { ...approved, spec: { ...spec, ...approval, signature } };
}

async function sign(file: string, options: SignOptions, io: Io): Promise<ExitCode> {
  const document = await readException(file);
  const spec = specOf(document);
  const { config, state } = await readGovernance(options, io);
  const signer = await readSigner(options, state.register.ring);
  if (state.register.people.same(signer.user, spec.requestedBy))
    throw new CommandError(
      `${signer.user} asked for this exception and cannot approve it: somebody else has to`,
      EXIT.denied,
    );
  const now = timeOf(options.now, io);
  const audience = config['exceptions.audience'];
  if (options.grant === true) await io.write(`${grantFor(spec, signer, audience, now)}\n`);
  else await io.write(await toYaml(signed(document.value as JsonObject, signer, audience, now))); // a PolicyException
  return EXIT.ok;
}

export function registerSign(parent: Command, io: Io, run: Run): void {
  parent
    .command('sign')
    .summary('approve a PolicyException with a key')
    .description(
      'Prints the exception approved and signed. With --grant, prints a token that one object carries in its annotation warder.dev/exception-grant instead.',
    )
    .argument('<file>', 'file with the PolicyException; - for standard input')
    .addOption(keyOption().makeOptionMandatory())
    .addOption(keyIdOption())
    .addOption(userOption())
    .addOption(asOption())
    .option('--grant', 'print a grant for the object to carry')
    .addOption(exceptionsOption())
    .addOption(configOption())
    .addOption(nowOption())
    .addHelpText(
      'after',
      examples(
        'warder exception sign draft.yaml --key carol.pem --exceptions keys/ > exceptions/checkout.yaml',
        'warder exception sign draft.yaml --key carol.pem --exceptions keys/ --grant',
      ),
    )
    .action((file: string, options: SignOptions) => run(() => sign(file, options, io)));
}
