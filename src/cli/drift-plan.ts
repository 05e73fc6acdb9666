// `warder drift plan` and `warder drift apply`: how to get back to the desired state, and doing it.
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { type ApplyResult, applyPlan, makePlan, type Plan } from '../audit/index.js';
import { createResourceMapper, type LabelSelector } from '../kubernetes/index.js';
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

/** Adds both commands under `drift`. */
export function registerPlan(parent: Command, io: Io, run: Run): void {
  withComparison(parent.command('plan').summary('how to get back to the desired state, step by step'))
    .option('--only <what>', 'violations: leave out what is for review')
    .addOption(outputOption(['json', 'markdown'], 'json'))
    .addHelpText('after', examples('warder drift plan --cluster --desired manifests/ > plan.json'))
    .action((options: PlanOptions) => run(() => plan(options, io)));
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
