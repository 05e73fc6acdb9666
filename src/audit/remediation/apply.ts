// Carries out a plan: each object is looked at again, tried as a dry run on the server, and only then changed. The first failure ends
// it; what somebody is at work on in an emergency is left alone.
import { pausesRemediation, type Window } from '../../breakglass/index.js';
import type { Api, ApiAnswer } from '../../cluster/index.js';
import {
  field,
  type JsonObject,
  type LabelSelector,
  labelsOf,
  matchesSelector,
  type ResourceMapper,
  syntheticReview,
} from '../../kubernetes/index.js';
import { type Plan, type PlanStep, planId } from './plan.js';

export interface StepResult {
  readonly step: number;
  readonly object: string;
  readonly result: 'done' | 'tried' | 'skipped' | 'failed' | 'left';
  readonly message: string;
}

export interface ApplyOptions {
  readonly api: Api;
  /** The id that was approved: nothing is done where it is not the plan's. */
  readonly approval: string;
  /** Emergency windows: their scopes are left alone while they are open. */
  readonly windows: readonly Window[];
  /** Namespaces in the order they are gone through; undefined: all at once. Objects without a namespace come in the last stage. */
  readonly stages: readonly LabelSelector[];
  /** Only tried, nothing is changed. */
  readonly dryRun: boolean;
  readonly mapper: ResourceMapper;
  readonly now: () => number;
}

export type ApplyResult =
  | { readonly ok: false; readonly message: string }
  | { readonly ok: true; readonly complete: boolean; readonly results: readonly StepResult[] };

const nameOf = ({ object: { kind, namespace, name } }: PlanStep): string =>
  `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`;

/** The window under which an object is being worked on. */
function pausedBy(
  step: PlanStep,
  live: JsonObject | undefined,
  { windows, mapper, now }: ApplyOptions,
): Window | undefined {
  const { apiVersion, kind, namespace, name } = step.object;
  const metadata = { name, ...(namespace === '' ? {} : { namespace }) };
  const object = live ?? step.manifest ?? { apiVersion, kind, metadata };
  return pausesRemediation(windows, syntheticReview(object, { origin: 'audit', mapper }), now());
}

async function send(step: PlanStep, api: Api, dryRun: boolean): Promise<ApiAnswer> {
  const { path } = step.object;
  const query = `?fieldManager=warder${dryRun ? '&dryRun=All' : ''}`;
  if (step.action === 'create') {
    const collection = path.slice(0, path.lastIndexOf('/'));
    return api.send({ method: 'POST', path: `${collection}${query}`, body: step.manifest ?? {} });
  }
  return api.send({
    method: 'PATCH',
    path: `${path}${query}`,
    contentType: 'application/json-patch+json',
    body: step.patch as unknown as readonly JsonObject[], // operations are plain data
  });
}

const resourceVersionOf = (object: JsonObject): string => {
  const found = field(field(object, 'metadata'), 'resourceVersion');
  return typeof found === 'string' ? found : '';
};

async function perform(step: PlanStep, options: ApplyOptions): Promise<Omit<StepResult, 'step' | 'object'>> {
  const { api, dryRun } = options;
  const found = await api.send({ method: 'GET', path: step.object.path });
  if (!found.ok && (found.status !== 404 || step.action === 'patch'))
    return {
      result: 'failed',
      message: found.status === 404 ? 'it is gone since the plan was made' : found.message,
    };
  if (found.ok && step.action === 'create')
    return { result: 'failed', message: 'it is there again since the plan was made' };
  const live = found.ok ? found.body : undefined;
  const window = pausedBy(step, live, options);
  if (window !== undefined)
    return {
      result: 'skipped',
      message: `break-glass ${window.id} (${window.incident}) is open: ${window.openedBy} is at work there`,
    };
  const { resourceVersion } = step.object;
  if (live !== undefined && resourceVersion !== '' && resourceVersionOf(live) !== resourceVersion)
    return {
      result: 'failed',
      message: `it has moved since the plan was made (resourceVersion ${resourceVersionOf(live)}, then ${resourceVersion}): make a new plan`,
    };
  const tried = await send(step, api, true);
  if (!tried.ok) return { result: 'failed', message: `the server would refuse it: ${tried.message}` };
  if (dryRun) return { result: 'tried', message: 'the server would take it' };
  const done = await send(step, api, false);
  return done.ok ? { result: 'done', message: '' } : { result: 'failed', message: done.message };
}

/** The stage of a step: the first whose selector fits its namespace; without one, the last. */
async function stagesOf(
  plan: Plan,
  { api, stages }: ApplyOptions,
): Promise<readonly (readonly PlanStep[])[]> {
  if (stages.length === 0) return [plan.steps];
  const labels = new Map<string, JsonObject>();
  const staged: PlanStep[][] = [...stages.map(() => []), []];
  for (const step of plan.steps) {
    const { namespace } = step.object;
    if (namespace !== '' && !labels.has(namespace)) {
      const answer = await api.send({ method: 'GET', path: `/api/v1/namespaces/${namespace}` });
      labels.set(namespace, answer.ok ? labelsOf(answer.body) : {});
    }
    const at =
      namespace === ''
        ? -1
        : stages.findIndex((selector) => matchesSelector(selector, labels.get(namespace) ?? {}));
    staged[at < 0 ? stages.length : at]?.push(step);
  }
  return staged;
}

/** Carries the plan out, stage by stage. Refuses a plan that is not the one approved. */
export async function applyPlan(plan: Plan, options: ApplyOptions): Promise<ApplyResult> {
  const id = planId(plan);
  if (plan.id !== id)
    return {
      ok: false,
      message: `the plan says it is ${plan.id}, but what it holds is ${id}: it was changed`,
    };
  if (options.approval !== id)
    return { ok: false, message: `${options.approval} was approved, and this is ${id}` };
  const results: StepResult[] = [];
  let failed = false;
  for (const stage of await stagesOf(plan, options)) {
    for (const step of stage) {
      const about = { step: step.step, object: nameOf(step) };
      if (failed) results.push({ ...about, result: 'left', message: 'a step before it failed' });
      else {
        const outcome = await perform(step, options);
        results.push({ ...about, ...outcome });
        failed = outcome.result === 'failed';
      }
    }
  }
  return { ok: true, complete: !failed, results };
}
