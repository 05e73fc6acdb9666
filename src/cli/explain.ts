// `warder explain`: why each policy did or did not apply to an object, and what each of its parts came to.
import { describeSubject, explainReview, type JudgeInput, type PolicyExplanation } from '../engine/index.js';
import { isTestFile, readFiles } from '../files.js';
import {
  createResourceMapper,
  createUlidGenerator,
  decodeReview,
  formatFieldPath,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type Review,
  syntheticReview,
} from '../kubernetes/index.js';
import { type CompiledPolicy, formatProblem, nearestName, type PolicySet } from '../policy/index.js';
import { createStyle, renderExplanation } from '../report/index.js';
import { type CommandModule, examples } from './command.js';
import { readGovernance } from './governance.js';
import { CommandError, EXIT, type ExitCode, type Io } from './io.js';
import { readContext, requirePolicies, timeOf } from './load.js';
import {
  configOption,
  contextOption,
  nowOption,
  outputOption,
  type PolicyOptions,
  policiesOption,
} from './options.js';
import { engineSettings } from './settings.js';

interface ExplainOptions extends PolicyOptions {
  readonly policy?: readonly string[];
  readonly all?: boolean;
  readonly trace?: boolean;
  readonly namespace: string;
  readonly operation: Review['operation'];
  readonly user?: string;
  readonly groups: readonly string[];
  readonly output: 'text' | 'json';
}

/** The policies of these names, in the order they were named; a name that is none ends the command. */
function namedPolicies(set: PolicySet, names: readonly string[]): readonly CompiledPolicy[] {
  return names.flatMap((name) => {
    const found = set.policies.filter((policy) => policy.name === name || policy.id === name);
    if (found.length > 0) return found;
    const known = set.policies.map((policy) => policy.name);
    const nearest = nearestName(name, known);
    throw new CommandError(
      `no policy ${name} is loaded${nearest === undefined ? '' : `; did you mean ${nearest}?`} (warder policies list shows them)`,
    );
  });
}

/** The request a document stands for: an AdmissionReview as it was sent, anything else as if it were applied now. */
function reviewOf(
  value: JsonObject,
  options: ExplainOptions,
  mapper: ReturnType<typeof createResourceMapper>,
): Review {
  if (value.kind === 'AdmissionReview') {
    const decoded = decodeReview(value);
    if (!decoded.ok) throw new CommandError(decoded.message);
    return decoded.review;
  }
  return syntheticReview(value, {
    origin: options.user === undefined ? 'audit' : 'admission',
    operation: options.operation,
    defaultNamespace: options.namespace,
    mapper,
    ...(options.user === undefined ? {} : { userInfo: { username: options.user, groups: options.groups } }),
  });
}

interface Document {
  readonly value: JsonObject;
  readonly place: string;
}

async function readDocuments(paths: readonly string[], io: Io): Promise<readonly Document[]> {
  const documents: Document[] = [];
  const wrong: string[] = [];
  for await (const file of readFiles(paths, { accepts: (path) => !isTestFile(path) })) {
    wrong.push(...file.problems.filter(({ level }) => level === 'error').map(formatProblem));
    for (const { value, file: name, line } of file.documents) {
      if (isJsonObject(value) && typeof value.kind === 'string')
        documents.push({ value, place: `${name}:${line}` });
      else wrong.push(`${name}:${line}: is no Kubernetes object: it has no apiVersion and kind`);
    }
  }
  for (const problem of wrong) io.warn(problem);
  if (documents.length === 0) throw new CommandError('there is nothing to explain: no object was read');
  return documents;
}

/** What a program reads: one line for every document. */
function jsonLine(review: Review, explanations: readonly PolicyExplanation[]): string {
  const policies = explanations.map(({ policy, applies, reasons, conditions, rules }) => ({
    policy: policy.name,
    source: `${policy.source.file}:${policy.source.line}`,
    applies,
    reasons,
    conditions: conditions.map(shown),
    rules: rules.map((rule) => ({ ...rule, traces: rule.traces.map(shown) })),
  }));
  return `${JSON.stringify({ subject: describeSubject(review), operation: review.operation, policies })}\n`;
}

const shown = (trace: PolicyExplanation['conditions'][number]): JsonObject =>
  ({
    ...trace,
    item: trace.item === undefined ? null : formatFieldPath(trace.item),
  }) as unknown as { [key: string]: JsonValue }; // strings and lists of them, all the way down

async function explain(paths: readonly string[], options: ExplainOptions, io: Io): Promise<ExitCode> {
  const { config, settings: governance } = await readGovernance({ ...options, exceptions: [] }, io);
  const set = await requirePolicies(options.policies, config.parameters, io, governance.risks);
  const documents = await readDocuments(paths.length === 0 ? ['-'] : paths, io);
  const objects = documents.map(({ value }) => value);
  const mapper = createResourceMapper(objects.filter(({ kind }) => kind === 'CustomResourceDefinition'));
  const context = await readContext(options.context, objects);
  const now = timeOf(options.now, io);
  const nextId = createUlidGenerator();
  const chosen = options.policy === undefined ? undefined : namedPolicies(set, options.policy);
  const style = createStyle(io.colours);
  let failed = false;
  for (const { value, place } of documents) {
    const review = reviewOf(value, options, mapper);
    const input: JudgeInput = {
      review,
      policies: set,
      context,
      settings: engineSettings(config),
      now,
      decisionId: nextId(now),
      deadline: undefined,
    };
    const about =
      chosen ?? (options.all === true ? set.policies : set.candidates(review).map(({ policy }) => policy));
    const explanations = explainReview(input, about);
    failed ||= explanations.some(({ rules }) =>
      rules.some(({ result }) => result === 'fail' || result === 'error'),
    );
    const unmatched = chosen === undefined ? set.policies.length - about.length : 0;
    const title = `${review.operation} ${describeSubject(review)}  ${place}`;
    await io.write(
      options.output === 'json'
        ? jsonLine(review, explanations)
        : `${renderExplanation(title, explanations, unmatched, { style, trace: options.trace === true })}\n`,
    );
  }
  return failed ? EXIT.denied : EXIT.ok;
}

export const explainCommand: CommandModule = {
  register(program, io, run) {
    program
      .command('explain')
      .summary('why a policy did or did not apply, and what every part of it came to')
      .description(
        'Shows for each object or AdmissionReview which policies apply and why not the others, every condition, and each rule with the values that decided it. Exceptions play no part: the rules are shown as they are. Values that are or look secret are redacted.',
      )
      .argument('[files...]', 'files or folders; - for standard input')
      .option('--policy <name...>', 'only these policies, whether they apply or not')
      .option('--all', 'every policy, also those that are not about this kind of request')
      .option('--trace', 'every part of every expression with its value')
      .addOption(policiesOption())
      .addOption(contextOption())
      .addOption(configOption())
      .addOption(nowOption())
      .option('-n, --namespace <name>', 'namespace of objects that state none', 'default')
      .option('--operation <operation>', 'CREATE, UPDATE or DELETE', 'CREATE')
      .option('--user <name>', 'judge as a request of this user')
      .option('--groups <name...>', 'groups of that user', [])
      .addOption(outputOption(['text', 'json'], 'text'))
      .addHelpText(
        'after',
        examples(
          'warder explain deployment.yaml --policy container-memory-limit',
          'warder explain review.json --trace',
          'kubectl get deployment web -o json | warder explain - --all',
        ),
      )
      .action((files: string[], options: ExplainOptions) => run(() => explain(files, options, io)));
  },
};
