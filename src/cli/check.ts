// `warder check`: evaluates manifests offline, as if each object were created now.
import { judge, ruleResults } from '../engine/index.js';
import { isTestFile, readFiles, type SourceDocument } from '../files.js';
import {
  createResourceMapper,
  createUlidGenerator,
  isJsonObject,
  type JsonObject,
  type Operation,
  syntheticReview,
} from '../kubernetes/index.js';
import { formatProblem } from '../policy/index.js';
import {
  type CheckedObject,
  type CheckReport,
  checkedObject,
  createStyle,
  renderCheckJunit,
  renderJson,
  renderMarkdown,
  renderSarif,
  renderText,
} from '../report/index.js';
import { type CommandModule, examples } from './command.js';
import { exceptionsOption, readGovernance } from './governance.js';
import { EXIT, type ExitCode, type Io } from './io.js';
import { readContext, requirePolicies, timeOf } from './load.js';
import {
  configOption,
  contextOption,
  nowOption,
  outputOption,
  type PolicyOptions,
  policiesOption,
} from './options.js';
import { startProgress } from './progress.js';
import { engineSettings } from './settings.js';
import { VERSION } from './version.js';

interface CheckOptions extends PolicyOptions {
  readonly output: 'text' | 'json' | 'sarif' | 'junit' | 'markdown';
  readonly namespace: string;
  readonly operation: Operation;
  readonly user?: string;
  readonly groups: readonly string[];
  readonly all?: boolean;
  readonly exceptions: readonly string[];
}

const isObject = (value: unknown): value is JsonObject =>
  isJsonObject(value) && typeof value.apiVersion === 'string' && typeof value.kind === 'string';

/** Objects of the files themselves also answer look-ups: a namespace's labels, a role's neighbours. */
async function readObjects(
  paths: readonly string[],
  io: Io,
): Promise<{ documents: readonly SourceDocument[]; wrong: number }> {
  const documents: SourceDocument[] = [];
  let wrong = 0;
  for await (const file of readFiles(paths, { accepts: (path) => !isTestFile(path) })) {
    for (const problem of file.problems) {
      io.warn(formatProblem(problem));
      if (problem.level === 'error') wrong++;
    }
    for (const document of file.documents) {
      if (isObject(document.value)) documents.push(document);
      else {
        wrong++;
        io.warn(`${document.file}:${document.line}: is no Kubernetes object: it has no apiVersion and kind`);
      }
    }
  }
  return { documents, wrong };
}

function render(report: CheckReport, options: CheckOptions, io: Io): string {
  switch (options.output) {
    case 'text':
      return renderText(report, {
        style: createStyle(io.colours),
        limit: options.all === true ? Number.POSITIVE_INFINITY : 50,
      });
    case 'json':
      return renderJson(report);
    case 'sarif':
      return renderSarif(report, VERSION);
    case 'junit':
      return renderCheckJunit(report);
    case 'markdown':
      return renderMarkdown(report);
  }
}

async function check(paths: readonly string[], options: CheckOptions, io: Io): Promise<ExitCode> {
  const started = performance.now();
  const { config, settings: governance, exemptions } = await readGovernance(options, io);
  const settings = engineSettings(config);
  const policies = await requirePolicies(options.policies, config.parameters, io, governance.risks);
  const { documents, wrong } = await readObjects(paths.length === 0 ? ['-'] : paths, io);
  const objects = documents.map(({ value }) => value as JsonObject); // readObjects kept objects only
  const mapper = createResourceMapper(objects.filter(({ kind }) => kind === 'CustomResourceDefinition'));
  const context = await readContext(options.context, objects);
  const now = timeOf(options.now, io);
  const nextId = createUlidGenerator();
  const progress = startProgress('checking', documents.length, io);
  const checked: CheckedObject[] = [];
  for (const [index, document] of documents.entries()) {
    const review = syntheticReview(objects[index] as JsonObject, {
      origin: options.user === undefined ? 'audit' : 'admission',
      operation: options.operation,
      defaultNamespace: options.namespace,
      mapper,
      ...(options.user === undefined ? {} : { userInfo: { username: options.user, groups: options.groups } }),
    });
    const decision = judge({
      review,
      policies,
      context,
      settings,
      now,
      decisionId: nextId(now),
      deadline: undefined,
      exemptions,
    });
    checked.push(checkedObject(decision, ruleResults(decision), document));
    await progress.step();
  }
  progress.end();
  const milliseconds = performance.now() - started;
  const report = {
    objects: checked,
    policies: policies.policies,
    policySetDigest: policies.digest,
    milliseconds,
  };
  await io.write(render(report, options, io));
  if (wrong > 0) return EXIT.usage;
  return checked.some(({ violations }) => violations.some(({ action }) => action === 'deny'))
    ? EXIT.denied
    : EXIT.ok;
}

export const checkCommand: CommandModule = {
  register(program, io, run) {
    program
      .command('check')
      .summary('evaluate manifests offline')
      .description(
        'Evaluates manifests as if each object were created now: files, folders, kubectl dumps, standard input.',
      )
      .argument('[files...]', 'files or folders; - for standard input')
      .addOption(policiesOption())
      .addOption(contextOption())
      .addOption(exceptionsOption())
      .addOption(configOption())
      .addOption(nowOption())
      .option('-n, --namespace <name>', 'namespace of objects that state none', 'default')
      .option('--operation <operation>', 'CREATE, UPDATE or DELETE', 'CREATE')
      .option(
        '--user <name>',
        'judge as a request of this user; without it, rules about the requester are not judged',
      )
      .option('--groups <name...>', 'groups of that user', [])
      .option('--all', 'show every object, not only the first 50')
      .addOption(outputOption(['text', 'json', 'sarif', 'junit', 'markdown'], 'text'))
      .addHelpText(
        'after',
        examples(
          'warder check deploy/',
          'helm template my-chart | warder check -',
          'kubectl get deployments -A -o json | warder check -',
          'warder check deploy/ --output sarif > warder.sarif',
        ),
      )
      .action((files: string[], options: CheckOptions) => run(() => check(files, options, io)));
  },
};
