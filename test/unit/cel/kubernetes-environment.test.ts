import { describe, expect, test } from '@jest/globals';
import * as cel from '../../../src/cel/index.js';
import { evaluate, problems } from './evaluate.js';

const environment = cel.validatingAdmissionEnvironment({ variables: [{ name: 'limit', type: cel.INT }] });

const values = {
  object: { metadata: { name: 'a' } },
  request: {
    operation: 'CREATE',
    namespace: 'shop',
    kind: { group: 'apps', version: 'v1', kind: 'Deployment' },
    userInfo: { username: 'alice', groups: ['dev'], extra: { scopes: ['a'] } },
    dryRun: false,
  },
  namespaceObject: {
    metadata: { name: 'shop', labels: { env: 'prod' }, creationTimestamp: '2024-01-02T03:04:05Z' },
  },
  'variables.limit': new cel.Lazy(() => 3),
};

describe('the environment of a ValidatingAdmissionPolicy', () => {
  test.each([
    ["request.operation == 'CREATE' && request.namespace == 'shop'", true],
    ["request.kind.group == 'apps' && 'dev' in request.userInfo.groups", true],
    ["request.userInfo.extra['scopes'] == ['a']", true],
    ["namespaceObject.metadata.labels['env'] == 'prod'", true],
    ['namespaceObject.metadata.creationTimestamp.getFullYear() == 2024', true],
    ['oldObject == null || has(oldObject.metadata)', 'no such attribute(s)'],
    ['variables.limit > 2', true],
    ['has(request.options)', false],
    ['dyn(null).?a.b.hasValue()', false],
  ])('%s', (source, expected) => {
    const { result } = evaluate(source, values, cel.createBudget(), environment);
    expect(result instanceof cel.CelError ? result.message : result).toBe(expected);
  });

  test.each([
    ['request.operatoin == "CREATE"', ["undefined field 'operatoin'"]],
    ['namespaceObject.metadata.label == {}', ["undefined field 'label'"]],
    ['variables.missing == 1', ["undefined field 'missing'"]],
    ['[1, "a"].size() == 2', ["expected type 'int' but found 'string'"]],
    ['{"a": 1, "b": "c"}.size() == 2', ["expected type 'int' but found 'string'"]],
    ["duration('1 hour') > duration('1h')", ['invalid duration argument']],
    ["timestamp('yesterday') > timestamp(0)", ['invalid timestamp argument']],
    [
      "object.metadata.name.matches('[')",
      ['invalid matches argument: error parsing regexp: missing closing ]: `[`'],
    ],
    [
      'cel.bind(x, 1, x)',
      [
        "undeclared reference to 'cel' (in container '')",
        "undeclared reference to 'bind' (in container '')",
        "undeclared reference to 'x' (in container '')",
        "undeclared reference to 'x' (in container '')",
      ],
    ],
  ])('refuses %s', (source, messages) => expect(problems(source, environment)).toEqual(messages));

  test('demands exact result types', () => {
    const compile = (source: string, ...expectedTypes: cel.CelType[]) => {
      const compiled = cel.compile(environment, source, { expectedTypes });
      return compiled.ok ? String(compiled.program.resultType) : compiled.problems[0]?.message;
    };
    expect(compile('object.metadata.name == "a"', cel.BOOL)).toBe('bool');
    expect(compile('object.metadata.name', cel.BOOL)).toBe('must evaluate to bool');
    expect(compile('object.metadata.name', cel.BOOL, cel.DYN)).toBe('dyn');
    expect(compile('1', cel.STRING, cel.NULL)).toBe('must evaluate to one of [string null]');
  });

  test('without parameters, variables or a namespace declares none of them', () => {
    const bare = cel.validatingAdmissionEnvironment({ params: false, namespaceObject: false });
    expect(problems('params.a == namespaceObject.b', bare)).toEqual([
      "undeclared reference to 'params' (in container '')",
      "undeclared reference to 'namespaceObject' (in container '')",
    ]);
    expect(problems('variables.a', bare)).toEqual(["undefined field 'a'"]);
  });
});

describe('the references of an expression', () => {
  const references = (source: string) => {
    const compiled = cel.compile(environment, source);
    return (
      compiled.ok && compiled.program.references.map(({ variable, path }) => [variable, ...path].join('.'))
    );
  };

  test.each([
    ['object.spec.a == 1 && object.spec.a == 2', ['object.spec.a']],
    [
      "object.metadata.labels['app'] == request.userInfo.username",
      ['object.metadata.labels.app', 'request.userInfo.username'],
    ],
    ['object.spec.containers.all(c, c.name != params.name)', ['object.spec.containers', 'params.name']],
    ['has(object.spec.replicas)', ['object.spec.replicas']],
    ["object.?metadata.?labels[?'app'].orValue('')", ['object.metadata.labels.app']],
    ['object.list[object.index].field', ['object.list', 'object.index']],
    ['variables.limit > 1', ['variables.limit']],
    ['[1].all(object, object > 0)', []],
  ])('%s', (source, expected) => expect(references(source)).toEqual(expected));
});

describe('values as JSON', () => {
  test.each([
    ['9007199254740993', '9007199254740993'],
    ['18446744073709551615u', '18446744073709551615'],
    ['7u', 7],
    ['1.0', 1],
    ["double('NaN')", 'NaN'],
    ["b'\\x00\\xff'", 'AP8='],
    ["timestamp('2024-01-02T03:04:05.600Z')", '2024-01-02T03:04:05.6Z'],
    ["duration('90m')", '5400s'],
    ['optional.of([1])', [1]],
    ['optional.none()', null],
    ['int', 'int'],
    ['{1: {true: "x"}}', { '1': { true: 'x' } }],
  ])('%s', (source, expected) => {
    const { result } = evaluate(source, {}, cel.createBudget(), environment);
    expect(result instanceof cel.CelError ? result.message : cel.toJson(result)).toEqual(expected);
  });
});
