import { describe, expect, test } from '@jest/globals';
import { readText } from '../../../src/files.js';
import { loadPolicies } from '../../../src/policy/index.js';
import { policyYaml, problemsOf } from './loading.js';

const RULE = '- { name: r, message: m, require: { path: a, exists: true } }';
const rules = (rule: string) => `match: [{ resources: [pods] }]\nrules:\n  ${rule}`;

describe('a policy is refused with file, line, column, field and what was expected', () => {
  test.each<[string, string, string]>([
    [
      'an unknown field',
      rules(RULE).replace('rules:', 'rulez:'),
      'p.yaml:8:3: spec.rulez: is not a field of this document; did you mean rules?',
    ],
    [
      'an unknown operator',
      rules('- { name: r, message: m, require: { path: a, equal: 1 } }'),
      'p.yaml:9:50: spec.rules[0].require.equal: is not a field of this document; did you mean equals?',
    ],
    [
      'two operators',
      rules('- { name: r, message: m, require: { path: a, exists: true, equals: 1 } }'),
      'needs exactly one operator beside `path`',
    ],
    ['no operator', rules('- { name: r, message: m, require: { path: a } }'), 'none was found'],
    [
      'an operator beside cel',
      rules('- { name: r, message: m, require: { cel: "true", equals: 1 } }'),
      '`cel` stands alone',
    ],
    [
      'a missing message',
      rules('- { name: r, require: { path: a, exists: true } }'),
      'spec.rules[0].message: is required (string)',
    ],
    [
      'a wrong action',
      `action: Deny\n${rules(RULE)}`,
      'spec.action: must be one of deny, warn, audit, found "Deny"; did you mean deny?',
    ],
    [
      'a bad path',
      rules('- { name: r, message: m, each: "$.spec.x[?(@.y)]", require: { path: a, exists: true } }'),
      'spec.rules[0].each: a filter ?() is script',
    ],
    [
      'a bad regular expression',
      rules('- { name: r, message: m, require: { path: a, matches: "(" } }'),
      'is not a regular expression in RE2 syntax',
    ],
    [
      'a bad expression',
      rules('- { name: r, message: m, when: "item.", require: { path: a, exists: true } }'),
      'spec.rules[0].when: ',
    ],
    [
      'an expression of another type',
      rules('- { name: r, message: m, require: { cel: "1 + 1" } }'),
      'must evaluate to',
    ],
    [
      'an unknown variable',
      rules('- { name: r, message: "{itm.name}", require: { path: a, exists: true } }'),
      "undeclared reference to 'itm'",
    ],
    [
      'an unclosed brace',
      rules('- { name: r, message: "a {b", require: { path: a, exists: true } }'),
      'an opening brace is never closed',
    ],
    [
      'a bound that is no size',
      rules('- { name: r, message: m, require: { path: a, atMost: lots } }'),
      'takes a number, a quantity',
    ],
    [
      'an unknown parameter',
      rules('- { name: r, message: m, require: { path: a, in: { param: x } } }'),
      'the policy declares no parameter x',
    ],
    ['two rules of a name', rules(`${RULE}\n  ${RULE}`), 'there is already a rule r'],
    [
      'a resource without its group',
      'match: [{ resources: [deployments] }]\nrules:\n  - { name: r, message: m, require: { path: a, exists: true } }',
      'did you mean deployments.apps?',
    ],
    [
      'a misspelt resource',
      'match: [{ resources: [pod] }]\nrules:\n  - { name: r, message: m, require: { path: a, exists: true } }',
      'did you mean pods?',
    ],
    [
      'nothing to match',
      'rules:\n  - { name: r, message: m, require: { path: a, exists: true } }',
      'needs `match`',
    ],
    ['a bad duration', `exceptions: { maxDuration: 1 month }\n${rules(RULE)}`, 'write 30d, 12h or 1h30m'],
    [
      'a bad time',
      `stages: [{ action: warn, until: tomorrow }]\n${rules(RULE)}`,
      'spec.stages[0].until: is not a time',
    ],
    [
      'an approver without kind',
      `exceptions: { approvers: [security] }\n${rules(RULE)}`,
      'must be group:NAME or user:NAME',
    ],
    [
      'values for Exists',
      `exclude: [{ objectSelector: { matchExpressions: [{ key: a, operator: Exists, values: [b] }] } }]\n${rules(RULE)}`,
      'takes no values',
    ],
    [
      'an exclusion of everything',
      `exclude: [{}]\n${rules(RULE)}`,
      'an empty entry would exclude everything',
    ],
  ])('%s', (_name, spec, expected) => {
    const problems = problemsOf(policyYaml(spec));
    expect(problems.join('\n')).toContain(expected);
    expect(problems.every((problem) => /^p\.yaml:\d+:\d+: /.test(problem))).toBe(true);
  });

  test('all problems of a document at once', () => {
    expect(problemsOf(policyYaml(`action: no\nseverity: no\n${rules(RULE)}`))).toHaveLength(2);
  });

  test.each([
    ['a list', '- 1', 'a policy is an object'],
    ['no kind', 'apiVersion: v1', 'kind: is missing'],
    ['another kind', 'apiVersion: v1\nkind: Pod', 'v1 Pod is not a policy'],
  ])('%s', (_name, yaml, expected) => {
    expect(problemsOf(yaml).join()).toContain(expected);
  });
});

describe('a load', () => {
  const good = policyYaml(rules(RULE), 'good');
  const bad = policyYaml('rulez: []', 'bad');

  test('keeps the good policies where one is broken', () => {
    const { set, problems } = loadPolicies(readText('p.yaml', `${good}---\n${bad}`).documents);
    expect(set.policies.map((policy) => policy.name)).toEqual(['good']);
    expect(problems.length).toBeGreaterThan(0);
  });

  test('refuses the second policy of a name and says where the first is', () => {
    expect(problemsOf(`${good}---\n${good}`).join()).toContain('good is already defined at p.yaml:1');
  });

  test('says when a parameter is given to a policy that is not there', () => {
    expect(problemsOf(good, { parameters: { god: { x: 1 } } }).join()).toContain(
      'parameters.god: no policy of this name',
    );
  });

  test('gives the same digest for the same policies in any order, another for other parameters', () => {
    const other = policyYaml(
      `parameters: { n: { type: number, default: 1, description: d } }\n${rules(RULE)}`,
      'other',
    );
    const digest = (text: string, n?: number) =>
      loadPolicies(readText('p.yaml', text).documents, {
        parameters: n === undefined ? {} : { other: { n } },
      }).set.digest;
    expect(digest(`${good}---\n${other}`)).toBe(digest(`${other}---\n${good}`));
    expect(digest(other, 2)).not.toBe(digest(other));
  });
});
