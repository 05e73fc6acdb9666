// Loads policies from YAML text and judges objects by them, as `check` would.
import { type Decision, judge } from '../../../src/engine/index.js';
import { readText } from '../../../src/files.js';
import {
  EMPTY_CONTEXT,
  type JsonObject,
  type ReviewOrigin,
  syntheticReview,
} from '../../../src/kubernetes/index.js';
import { formatProblem, type LoadOptions, loadPolicies } from '../../../src/policy/index.js';

/** The text of every problem of a policy file called p.yaml. */
export function problemsOf(yaml: string, options?: LoadOptions): readonly string[] {
  const { documents, problems } = readText('p.yaml', yaml);
  return [...problems, ...loadPolicies(documents, options).problems].map(formatProblem);
}

/** A policy document around a spec, indented as it should be. */
export function policyYaml(spec: string, name = 'p'): string {
  const indented = spec
    .trim()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
  return `apiVersion: warder.dev/v1\nkind: Policy\nmetadata: { name: ${name} }\nspec:\n  title: T\n  description: D\n${indented}\n`;
}

const SETTINGS = { excludedNamespaces: [], controlPlaneUsers: [], forcedAction: undefined };

/** The decision of the policies in `yaml` on an object; fails where they do not load. */
export function decide(
  yaml: string,
  object: JsonObject,
  options: { readonly load?: LoadOptions; readonly origin?: ReviewOrigin } = {},
): Decision {
  const loaded = loadPolicies(readText('p.yaml', yaml).documents, options.load);
  if (loaded.problems.length > 0) throw new Error(loaded.problems.map(formatProblem).join('\n'));
  const review = syntheticReview(object, { origin: options.origin ?? 'admission', uid: 'u' });
  return judge({
    review,
    policies: loaded.set,
    context: EMPTY_CONTEXT,
    settings: SETTINGS,
    now: Date.UTC(2026, 10, 20),
    decisionId: '01TEST',
    deadline: undefined,
  });
}
