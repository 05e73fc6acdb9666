// Judges one object by policies given as text, for the tests of dialects.
import { DEFAULT_SETTINGS, type Decision, judge } from '../../../../src/engine/index.js';
import { readText } from '../../../../src/files.js';
import {
  contextFromObjects,
  type JsonObject,
  type Operation,
  syntheticReview,
  type UserInfo,
} from '../../../../src/kubernetes/index.js';
import { formatProblem, type LoadOptions, loadPolicies } from '../../../../src/policy/index.js';

/** Policies and what is wrong with them, from YAML. */
export function loadText(yaml: string, options: Partial<LoadOptions> = {}) {
  const { documents, problems } = readText('policies.yaml', yaml);
  const loaded = loadPolicies(documents, { parameters: {}, ...options });
  return { set: loaded.set, problems: [...problems, ...loaded.problems].map(formatProblem) };
}

export interface Judged {
  readonly object: JsonObject;
  readonly oldObject?: JsonObject;
  readonly operation?: Operation;
  readonly user?: UserInfo;
  readonly context?: readonly JsonObject[];
  readonly unbound?: boolean;
}

export function judgeText(
  yaml: string,
  { object, context = [], unbound = false, ...rest }: Judged,
): Decision {
  const { set, problems } = loadText(yaml, { evaluateUnbound: unbound });
  const errors = problems.filter((problem) => !problem.includes('warning'));
  if (errors.length > 0) throw new Error(errors.join('\n'));
  const { operation, oldObject, user } = rest;
  return judge({
    review: syntheticReview(object, {
      origin: 'admission',
      userInfo: user ?? { username: 'alice', groups: ['developers'] },
      ...(operation === undefined ? {} : { operation }),
      ...(oldObject === undefined ? {} : { oldObject }),
    }),
    policies: set,
    context: contextFromObjects(context),
    settings: DEFAULT_SETTINGS,
    now: 0,
    decisionId: 'test',
    deadline: undefined,
  });
}
