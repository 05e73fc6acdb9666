// What a check of many objects found, as data every renderer reads.
import { type Decision, exemptionNotes, type RuleResult, type Violation } from '../engine/index.js';
import type { CompiledPolicy } from '../policy/index.js';

/** Where an object came from: a file with the place of its fields, or a cluster. */
export interface ObjectSource {
  readonly file: string;
  readonly line: number;
  /** Line and column of a field, where the source is a file. */
  positionOf?(path: readonly (string | number)[]): { readonly line: number; readonly column: number };
}

/** One object and what was decided about it. */
export interface CheckedObject {
  readonly kind: string;
  readonly group: string;
  readonly version: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** `kind/namespace/name` of the controller that made it; empty where nothing did. */
  readonly owner: string;
  readonly source: ObjectSource;
  readonly violations: readonly Violation[];
  readonly results: readonly RuleResult[];
  /** Why nothing was evaluated; empty where policies ran. */
  readonly exempt: string;
  /** What became of exceptions it claims, and the emergency it falls into, one sentence each. */
  readonly exemptions: readonly string[];
}

export interface CheckReport {
  readonly objects: readonly CheckedObject[];
  /** Objects with nothing to say, which a sweep counts and does not keep. */
  readonly others?: {
    readonly clean: number;
    /** Objects left out, by why. */
    readonly excluded: ReadonlyMap<string, number>;
  };
  readonly policies: readonly CompiledPolicy[];
  readonly policySetDigest: string;
  readonly milliseconds: number;
}

function controllerOf(decision: Decision): string {
  const metadata = decision.review.object?.metadata as { readonly ownerReferences?: unknown } | undefined; // read below
  const owners = Array.isArray(metadata?.ownerReferences) ? metadata.ownerReferences : [];
  const owner = owners.find((candidate) => candidate?.controller === true);
  return typeof owner?.kind === 'string' ? `${owner.kind}/${decision.review.namespace}/${owner.name}` : '';
}

/** The object of a decision, with everything reports say about it. */
export function checkedObject(
  decision: Decision,
  results: readonly RuleResult[],
  source: ObjectSource,
): CheckedObject {
  const { review } = decision;
  return {
    kind: review.kind.kind,
    group: review.kind.group,
    version: review.kind.version,
    namespace: review.namespace,
    name: review.name,
    uid: review.uid,
    owner: controllerOf(decision),
    source,
    violations: decision.violations,
    results,
    exempt: decision.exempt ?? '',
    exemptions: decision.exemption === undefined ? [] : exemptionNotes(decision.exemption),
  };
}
