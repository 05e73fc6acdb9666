// `warder drift plan` and `warder drift apply`: how to get back to the desired state, and doing it.
import { readFile, writeFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { type ApplyResult, applyPlan, makePlan, type Plan, planId } from '../audit/index.js';
import type { Api } from '../cluster/index.js';
import {
  createResourceMapper,
  type JsonObject,
  type LabelSelector,
  labelsOf,
  matchesSelector,
} from '../kubernetes/index.js';
import { alignColumns, createStyle, renderPlanMarkdown } from '../report/index.js';
import { type ClusterOptions, openApi, withCluster } from './cluster.js';
import { examples, type Run } from './command.js';
import { type CompareOptions, compareStates, withComparison } from './drift-compare.js';
import { exceptionsOption, readGovernance } from './governance.js';
import { CommandError, EXIT, type ExitCode, type Io } from './io.js';
import { configOption, outputOption } from './options.js';

interface PlanOptions extends CompareOptions {
  readonly only?: 'violations';
  readonly output: 'json' | 'markdown';
}

async function plan(options: PlanOptions, io: Io): Promise<ExitCode> {
  const { drifts, findings, live, now, whole } = await compareStates(options, io);
  const made = makePlan(drifts, findings, {
    mapper: live.mapper,
    classes: options.only === 'violations' ? ['violation'] : ['violation', 'review'],
    now,
  });
  await io.write(options.output === 'json' ? `${JSON.stringify(made, null, 2)}\n` : renderPlanMarkdown(made));
  if (!whole) return EXIT.unreachable;
  return EXIT.ok;
}

interface ApplyOptions extends ClusterOptions {
  readonly approve: string;
  readonly stage: readonly string[];
  readonly dryRun?: boolean;
  readonly exceptions: readonly string[];
  readonly config?: string;
}

const operation = z.strictObject({
  op: z.enum(['add', 'remove', 'replace', 'test']),
  path: z.string(),
  value: z.json().optional(),
});
const planSchema = z.strictObject({
  id: z.string(),
  apiVersion: z.literal('warder.dev/v1'),
  kind: z.literal('RemediationPlan'),
  made: z.string(),
  steps: z.array(
    z.strictObject({
      step: z.number(),
      action: z.enum(['patch', 'create']),
      object: z.strictObject({
        apiVersion: z.string(),
        kind: z.string(),
        namespace: z.string(),
        name: z.string(),
        path: z.string().regex(/^\/apis?\/[A-Za-z0-9./:_-]+$/, 'must be the path of an object'),
        resourceVersion: z.string(),
      }),
      patch: z.array(operation),
      manifest: z.record(z.string(), z.json()).nullable(),
      rollback: z.array(operation).nullable(),
      risk: z.enum(['none', 'low', 'medium', 'high']),
      reason: z.array(z.string()),
      findings: z.array(z.string()),
    }),
  ),
  manual: z.array(z.strictObject({ finding: z.string(), object: z.string(), why: z.string() })),
});

async function readPlan(file: string): Promise<Plan> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new CommandError(`${file}: cannot be read`);
  });
  try {
    return planSchema.parse(JSON.parse(text)) as unknown as Plan; // exactly what the schema says
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : 'is not JSON';
    throw new CommandError(`${file}: is no plan: ${why}`);
  }
}

/** `env=dev,tier=web` as a selector. */
function selectorOf(text: string): LabelSelector {
  const pairs = text.split(',').map((pair) => pair.split('='));
  if (pairs.some(({ length }) => length !== 2))
    throw new CommandError(`--stage must be KEY=VALUE[,KEY=VALUE], found ${text}`);
  return { matchLabels: Object.fromEntries(pairs), matchExpressions: [] };
}

async function apply(file: string, options: ApplyOptions, io: Io): Promise<ExitCode> {
  const [made, { state }] = await Promise.all([readPlan(file), readGovernance(options, io)]);
  const api = await openApi(options);
  let result: ApplyResult;
  try {
    result = await applyPlan(made, {
      api,
      approval: options.approve,
      windows: state.windows,
      stages: options.stage.map(selectorOf),
      dryRun: options.dryRun === true,
      mapper: createResourceMapper(),
      now: () => io.now(),
    });
  } finally {
    api.close();
  }
  if (!result.ok) throw new CommandError(result.message);
  const style = createStyle(io.colours);
  const rows = result.results.map(({ step, object, result: what, message }) => [
    String(step),
    what === 'failed' ? style.red(what) : what === 'done' ? style.green(what) : what,
    object,
    style.dim(message),
  ]);
  await io.write(`${alignColumns(rows).join('\n')}\n`);
  return result.complete ? EXIT.ok : EXIT.denied;
}

interface ReconcileOptions extends CompareOptions {
  readonly mode: 'alert-only' | 'converge-on-next-apply' | 'auto-remediate';
  readonly planFile?: string;
  readonly auto: readonly string[];
}

/** The part of a plan that needs nobody's approval: steps in namespaces that a selector names. */
async function unattended(made: Plan, selectors: readonly LabelSelector[], api: Api): Promise<Plan> {
  const labels = new Map<string, JsonObject>();
  const steps = [];
  for (const step of made.steps) {
    const { namespace } = step.object;
    if (namespace === '') continue;
    if (!labels.has(namespace)) {
      const answer = await api.send({ method: 'GET', path: `/api/v1/namespaces/${namespace}` });
      labels.set(namespace, answer.ok ? labelsOf(answer.body) : {});
    }
    if (selectors.some((selector) => matchesSelector(selector, labels.get(namespace) ?? {})))
      steps.push(step);
  }
  const body = { steps: steps.map((step, index) => ({ ...step, step: index + 1 })), manual: [] };
  return { ...made, ...body, id: planId(body) };
}

async function reconcile(options: ReconcileOptions, io: Io): Promise<ExitCode> {
  const { drifts, findings, live, now, whole, windows } = await compareStates(options, io);
  const made = makePlan(drifts, findings, { mapper: live.mapper, classes: ['violation', 'review'], now });
  const violations = findings.filter((finding) => finding.class === 'violation').length;
  io.warn(
    `${findings.length} findings, ${violations} violations; plan ${made.id} of ${made.steps.length} steps`,
  );
  if (options.mode !== 'alert-only') {
    if (options.planFile === undefined) throw new CommandError('say where the plan goes: --plan-file FILE');
    await writeFile(options.planFile, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
  }
  if (!whole) return EXIT.unreachable;
  if (options.mode !== 'auto-remediate') return violations > 0 ? EXIT.denied : EXIT.ok;
  if (options.auto.length === 0)
    throw new CommandError('say where nobody need approve: --auto KEY=VALUE of namespaces');
  const api = await openApi(options);
  try {
    const mine = await unattended(made, options.auto.map(selectorOf), api);
    const result = await applyPlan(mine, {
      ...{ api, approval: mine.id, windows, stages: options.auto.map(selectorOf), dryRun: false },
      ...{ mapper: live.mapper, now: () => io.now() },
    });
    if (!result.ok) throw new CommandError(result.message);
    for (const { object, result: what, message } of result.results)
      await io.write(`${what} ${object}${message === '' ? '' : `: ${message}`}\n`);
    const left = made.steps.length - mine.steps.length;
    if (left > 0)
      io.warn(`${left} steps wait for approval: warder drift apply ${options.planFile} --approve ${made.id}`);
    return result.complete && left === 0 ? EXIT.ok : EXIT.denied;
  } finally {
    api.close();
  }
}

/** Adds the commands under `drift`. */
export function registerPlan(parent: Command, io: Io, run: Run): void {
  withComparison(parent.command('plan').summary('how to get back to the desired state, step by step'))
    .option('--only <what>', 'violations: leave out what is for review')
    .addOption(outputOption(['json', 'markdown'], 'json'))
    .addHelpText('after', examples('warder drift plan --cluster --desired manifests/ > plan.json'))
    .action((options: PlanOptions) => run(() => plan(options, io)));
  withComparison(
    parent
      .command('reconcile')
      .summary('compare, and react as configured')
      .description(
        'alert-only says what drifted. converge-on-next-apply also writes the plan. auto-remediate carries out the part of it in namespaces that --auto selects, stage by stage, each step tried as a server-side dry run first, and leaves the rest for approval. What is under an open emergency is left alone.',
      ),
  )
    .addOption(
      new Option('--mode <mode>', 'what to do')
        .choices(['alert-only', 'converge-on-next-apply', 'auto-remediate'])
        .default('alert-only'),
    )
    .option('--plan-file <file>', 'where the plan is written')
    .option('--auto <selector...>', 'namespaces, by label, where nobody need approve, in this order', [])
    .addHelpText(
      'after',
      examples(
        'warder drift reconcile --cluster --desired manifests/ --mode auto-remediate --plan-file plan.json --auto env=dev',
      ),
    )
    .action((options: ReconcileOptions) => run(() => reconcile(options, io)));
  withCluster(
    parent
      .command('apply')
      .summary('carry out a plan that was approved')
      .description(
        'Carries out a plan: every object is looked at again, tried as a server-side dry run, then changed; the first failure ends it. What is under an open emergency is left alone.',
      )
      .argument('<plan>', 'file of the plan'),
  )
    .requiredOption('--approve <id>', 'id of the plan, as whoever approved it read it')
    .option('--stage <selector...>', 'namespaces by label, in this order, e.g. env=dev env=prod', [])
    .option('--dry-run', 'only try, change nothing')
    .addOption(exceptionsOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      examples('warder drift apply plan.json --approve plan-3f2a9c1b7d40 --stage env=dev env=prod'),
    )
    .action((file: string, options: ApplyOptions) => run(() => apply(file, options, io)));
}
