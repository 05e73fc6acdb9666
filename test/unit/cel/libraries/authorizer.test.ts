import { describe, expect, test } from '@jest/globals';
import * as cel from '../../../../src/cel/index.js';
import {
  type AuthorizationAnswer,
  type AuthorizationCheck,
  type Authorize,
  authorizationAnswers,
  authorizationKey,
  createAuthorizer,
  createResourceCheck,
} from '../../../../src/cel/libraries/authorizer-values.js';

const environment = cel.validatingAdmissionEnvironment();

function ask(source: string, authorize?: Authorize): { text: string; cost: number } {
  const compiled = cel.compile(environment, source);
  if (!compiled.ok) return { text: `invalid: ${compiled.problems[0]?.message}`, cost: 0 };
  const authorizer = createAuthorizer(authorize);
  const activation = cel.createActivation(environment, {
    authorizer,
    'authorizer.requestResource': createResourceCheck(authorizer, { resource: 'pods', namespace: 'shop' }),
  });
  const budget = cel.createBudget();
  const result = compiled.program.evaluate(activation, budget);
  const text =
    result instanceof cel.CelError ? `error: ${result.message}` : JSON.stringify(cel.toJson(result));
  return { text, cost: budget.spent };
}

/** Tells in the reason what was asked. */
const echo: Authorize = (check) => ({ allowed: check.verb === 'get', reason: authorizationKey(check) });
const reason = (...parts: readonly string[]) => JSON.stringify(JSON.stringify(parts));

describe('authorizer', () => {
  test.each<readonly [source: string, expected: string]>([
    ["authorizer.path('/healthz').check('list').reason()", reason('requester', 'path', 'list', '/healthz')],
    [
      "authorizer.group('apps').resource('deployments').check('create').reason()",
      reason('requester', 'resource', 'create', 'apps', 'deployments', '', '', '', '', ''),
    ],
    [
      "authorizer.group('').resource('pods').subresource('log').namespace('n').name('p').check('create').reason()",
      reason('requester', 'resource', 'create', '', 'pods', 'log', 'n', 'p', '', ''),
    ],
    [
      "authorizer.group('').resource('pods').fieldSelector('a=b').labelSelector('c=d').check('list').reason()",
      reason('requester', 'resource', 'list', '', 'pods', '', '', '', 'a=b', 'c=d'),
    ],
    [
      "authorizer.serviceAccount('shop', 'robot').path('/').check('put').reason()",
      reason('serviceAccount', 'shop', 'robot', 'path', 'put', '/'),
    ],
    [
      "authorizer.requestResource.check('delete').reason()",
      reason('requester', 'resource', 'delete', '', 'pods', '', 'shop', '', '', ''),
    ],
    ["authorizer.path('/').check('get').allowed()", 'true'],
    ["authorizer.path('/').check('put').allowed()", 'false'],
    ["authorizer.path('/').check('get').errored()", 'false'],
    ["authorizer.path('/').check('get').error()", '""'],
    ["authorizer.path(' ').check('get').allowed()", 'error: path must not be empty'],
    ["authorizer.group('apps').resource('').check('get').allowed()", 'error: resource must not be empty'],
    [
      "authorizer.serviceAccount('a.b', 'robot').path('/').check('get').allowed()",
      'error: Invalid service account namespace',
    ],
    [
      "authorizer.serviceAccount('a', 'Robot').path('/').check('get').allowed()",
      'error: Invalid service account name',
    ],
    [
      'authorizer.check()',
      "invalid: found no matching overload for 'check' applied to 'kubernetes.authorization.Authorizer.()'",
    ],
  ])('%s gives %s', (source, expected) => {
    expect(ask(source, echo).text).toBe(expected);
  });

  test('an answer with an error says so', () => {
    const broken: Authorize = () => ({ allowed: false, reason: '', error: 'no connection' });
    expect(ask("authorizer.path('/').check('get').errored()", broken).text).toBe('true');
    expect(ask("authorizer.path('/').check('get').error()", broken).text).toBe('"no connection"');
  });

  test('a check costs 350,000 and a selector by its length', () => {
    expect(ask("authorizer.path('/').check('get').allowed()", echo).cost).toBe(350_003);
    expect(ask("authorizer.requestResource.labelSelector('a=b').check('get').allowed()", echo).cost).toBe(
      350_000 + 2 + 10 + 1 + 2 * 50,
    );
  });

  test('three checks are more than an expression may cost', () => {
    const check = "authorizer.path('/').check('get').allowed()";
    expect(ask(`${check} && ${check}`, echo).text).toBe('true');
    expect(ask(`${check} && ${check} && ${check}`, echo).text).toBe(`error: ${cel.COST_EXCEEDED}`);
  });

  test('without a function every check is an error', () => {
    expect(ask("authorizer.path('/').check('get').allowed()").text).toMatch(
      /^error: the authorizer's answer is not known: /,
    );
  });
});

describe('answers that are fetched when they are missing', () => {
  const source =
    "authorizer.path('/a').check('get').allowed() && authorizer.requestResource.check('get').allowed()";
  const asked = (known: ReadonlyMap<string, AuthorizationAnswer>) => {
    const answers = authorizationAnswers(known);
    return { text: ask(source, answers.authorize).text, missing: answers.missing() };
  };
  const fetchInto = (known: Map<string, AuthorizationAnswer>, checks: readonly AuthorizationCheck[]) => {
    for (const check of checks) known.set(authorizationKey(check), { allowed: true, reason: '' });
  };

  test('lead to the result in as many rounds as it takes', () => {
    const known = new Map<string, AuthorizationAnswer>();
    let rounds = 0;
    for (let turn = asked(known); turn.missing.length > 0; turn = asked(known)) {
      fetchInto(known, turn.missing);
      rounds++;
    }
    expect(rounds).toBeLessThanOrEqual(2);
    expect(asked(known)).toEqual({ text: 'true', missing: [] });
  });

  test('each question is named once', () => {
    const answers = authorizationAnswers(new Map());
    ask("[1, 2].exists(i, authorizer.path('/a').check('get').allowed())", answers.authorize);
    expect(answers.missing()).toEqual([
      { kind: 'path', subject: { kind: 'requester' }, path: '/a', verb: 'get' },
    ]);
  });
});
