// Policies for tests of the audit, each written as little more than its rules.
import { stringify } from 'yaml';
import { isJsonObject, readDocuments } from '../../../src/kubernetes/index.js';
import { loadPolicies, type PolicySet } from '../../../src/policy/index.js';

/** A YAML list of `{ name, ...spec }` as a policy set. Throws where one does not load. */
export function loaded(text: string): PolicySet {
  const [list] = readDocuments(text).documents;
  const items = Array.isArray(list?.value) ? list.value.filter(isJsonObject) : [];
  const documents = items.flatMap(({ name, ...spec }) => {
    const whole = { title: 'T', description: 'D', action: 'deny', ...spec };
    const policy = { apiVersion: 'warder.dev/v1', kind: 'Policy', metadata: { name }, spec: whole };
    return readDocuments(stringify(policy)).documents.map((document) => ({
      ...document,
      file: `${String(name)}.yaml`,
    }));
  });
  const { set, problems } = loadPolicies(documents, { parameters: {} });
  if (problems.some(({ level }) => level === 'error')) throw new Error(JSON.stringify(problems));
  return set;
}
