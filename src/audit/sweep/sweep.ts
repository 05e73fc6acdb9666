// The sweep: every object of a source judged by the same call as an admission, a page at a time. Its memory does not grow with the
// number of objects; what is kept of a decision is the caller's business.
import { type Decision, type EngineSettings, type Exemptions, judge } from '../../engine/index.js';
import {
  type ClusterContext,
  contextFromObjects,
  createResourceMapper,
  field,
  type GroupVersionKind,
  type JsonObject,
  type MissingLookup,
  type ResourceMapper,
  syntheticReview,
} from '../../kubernetes/index.js';
import type { PolicySet } from '../../policy/index.js';
import type { ObjectSource, SourceFailure, SourceObject } from './source.js';

/** One of `count` parts of a sweep, from 0: the completion index of an Indexed Job. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

export interface SweepOptions {
  readonly source: ObjectSource;
  readonly policies: PolicySet;
  readonly settings: EngineSettings;
  readonly exemptions: Exemptions | undefined;
  readonly shard: Shard | undefined;
  readonly defaultNamespace: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly nextId: (now: number) => string;
  /** All objects of a kind a policy asks for that the source's context did not have; undefined: there are none to be had. */
  fetch?(kind: GroupVersionKind): Promise<readonly JsonObject[] | undefined>;
  /** Told of every decision, in order. */
  onDecision(decision: Decision, origin: SourceObject['origin']): void;
  /** Called after every page with how many objects have been judged. */
  onPage?(objects: number): Promise<void> | void;
  readonly signal?: AbortSignal;
}

export interface SweepResult {
  /** Objects judged. */
  readonly objects: number;
  /** What could not be read; not empty means that the sweep is not whole. */
  readonly failures: readonly SourceFailure[];
  /** Policies that cannot be audited, with why and on how many objects. */
  readonly notAuditable: ReadonlyMap<string, { readonly reason: string; readonly objects: number }>;
  /** False where it was stopped before the end. */
  readonly finished: boolean;
}

/** FNV-1a over the object's identity, so that every shard knows which objects are its own without asking. */
function shardOf(object: JsonObject, count: number): number {
  const metadata = field(object, 'metadata');
  const text = `${object.kind}/${field(metadata, 'namespace') ?? ''}/${field(metadata, 'name') ?? ''}`;
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash % count;
}

const kindsMissing = (missing: readonly MissingLookup[]): readonly GroupVersionKind[] =>
  missing.flatMap((one) => (one.kind === 'object' || one.kind === 'list' ? [one.gvk] : []));

const keyOf = ({ group, kind }: GroupVersionKind): string => `${group}/${kind}`;

/** Objects judged before the process gets to breathe: about five milliseconds. */
const BREATH = 64;
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Judges everything the source gives. Never throws for what the source could not read: that is in the result. */
export async function sweep(options: SweepOptions): Promise<SweepResult> {
  const { source, policies, settings, exemptions, shard, now, nextId, signal } = options;
  const known = await source.context();
  const failures: SourceFailure[] = [...known.failures];
  let lookedUp: readonly JsonObject[] = known.objects;
  let context: ClusterContext = contextFromObjects(lookedUp);
  const mapper: ResourceMapper = createResourceMapper(
    lookedUp.filter(({ kind }) => kind === 'CustomResourceDefinition'),
  );
  const asked = new Set<string>();
  const notAuditable = new Map<string, { reason: string; objects: number }>();
  let objects = 0;

  const decide = (object: JsonObject): Decision =>
    judge({
      review: syntheticReview(object, {
        origin: 'audit',
        mapper,
        defaultNamespace: options.defaultNamespace,
      }),
      policies,
      context,
      settings,
      now,
      decisionId: nextId(now),
      deadline: undefined,
      exemptions,
    });

  /** Fetches what a decision lacked, each kind once; true where it is worth judging again. */
  const fetchMissing = async (decision: Decision): Promise<boolean> => {
    const wanted = kindsMissing(decision.missing).filter((kind) => !asked.has(keyOf(kind)));
    if (wanted.length === 0 || options.fetch === undefined) return false;
    for (const kind of wanted) {
      asked.add(keyOf(kind));
      const found = await options.fetch(kind);
      if (found === undefined)
        failures.push({ what: keyOf(kind), message: 'a policy looks it up, and it could not be read' });
      else lookedUp = [...lookedUp, ...found];
    }
    context = contextFromObjects(lookedUp);
    return true;
  };

  const note = (decision: Decision): void => {
    for (const { policy, skipped } of decision.outcomes) {
      if (skipped?.startsWith('not auditable') !== true) continue;
      const entry = notAuditable.get(policy.name);
      if (entry === undefined) notAuditable.set(policy.name, { reason: skipped, objects: 1 });
      else entry.objects++;
    }
  };

  for await (const page of source.pages()) {
    failures.push(...page.failures);
    for (const { object, origin } of page.objects) {
      if (signal?.aborted === true) return { objects, failures, notAuditable, finished: false };
      if (shard !== undefined && shardOf(object, shard.count) !== shard.index) continue;
      let decision = decide(object);
      if (decision.missing.length > 0 && (await fetchMissing(decision))) decision = decide(object);
      note(decision);
      options.onDecision(decision, origin);
      objects++;
      if (objects % BREATH === 0) await breathe();
    }
    await options.onPage?.(objects);
  }
  return { objects, failures, notAuditable, finished: true };
}
