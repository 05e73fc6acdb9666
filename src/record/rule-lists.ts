// Every rule's result in every record would make each record kilobytes long; nearly always the same rules are evaluated for the
// same kind of request. So a list of rules is written once, and records name it: rules they do not mention passed.
import { type Decision, isAllPassed, type PolicyOutcome } from '../engine/index.js';
import type { JsonObject } from '../kubernetes/index.js';

/** A list as it is defined in the log before its first use. */
export interface RuleList {
  readonly id: string;
  /** `policy/rule` of the rules evaluated, and of those of policies that were skipped with why. */
  readonly definition: JsonObject;
}

interface Known {
  /** The very outcomes, where they are shared between decisions. */
  readonly shared: readonly PolicyOutcome[] | undefined;
  readonly outcomes: readonly {
    readonly policy: PolicyOutcome['policy'];
    readonly skipped: string | undefined;
  }[];
  readonly list: RuleList;
}

export interface RuleLists {
  /** The list of a decision's rules; `isNew` where it has to be defined first. */
  of(decision: Decision): RuleList & { readonly isNew: boolean };
}

function definitionOf(id: string, outcomes: readonly PolicyOutcome[]): JsonObject {
  const evaluated: string[] = [];
  const skipped: Record<string, string> = {};
  for (const outcome of outcomes) {
    for (const rule of outcome.policy.rules) {
      const label = `${outcome.policy.name}/${rule.name}`;
      if (outcome.skipped === undefined) evaluated.push(label);
      else skipped[label] = outcome.skipped;
    }
  }
  return {
    type: 'rules',
    id,
    evaluated: [...new Set(evaluated)],
    ...(Object.keys(skipped).length === 0 ? {} : { skipped }),
  };
}

const same = (known: Known, outcomes: readonly PolicyOutcome[]): boolean => {
  if (known.shared === outcomes) return true;
  if (known.outcomes.length !== outcomes.length) return false;
  for (let at = 0; at < outcomes.length; at++) {
    const [a, b] = [known.outcomes[at], outcomes[at]];
    if (a?.policy !== b?.policy || a?.skipped !== b?.skipped) return false;
  }
  return true;
};

/** Reviews name resources and conditions freely, so what is remembered is bounded: past it everything is defined anew. */
const MAX_LISTS = 512;

/** Lists numbered from 1 in order of use, with a prefix that tells this run's from another's in the same log. */
export function createRuleLists(prefix: string): RuleLists {
  let byResource = new Map<string, Known[]>();
  let count = 0;
  let held = 0;
  return {
    of({ review, outcomes }) {
      const key = `${review.operation} ${review.resource.resource}/${review.subResource}`;
      const candidates = byResource.get(key) ?? [];
      for (const known of candidates) if (same(known, outcomes)) return { ...known.list, isNew: false };
      if (held >= MAX_LISTS) {
        byResource = new Map();
        candidates.length = 0;
        held = 0;
      }
      const id = `${prefix}${++count}`;
      const list = { id, definition: definitionOf(id, outcomes) };
      const kept = outcomes.map(({ policy, skipped }) => ({ policy, skipped }));
      candidates.push({ shared: isAllPassed(outcomes) ? outcomes : undefined, outcomes: kept, list });
      byResource.set(key, candidates);
      held++;
      return { ...list, isNew: true };
    },
  };
}
