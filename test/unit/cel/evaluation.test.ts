import { describe, expect, test } from '@jest/globals';
import * as cel from '../../../src/cel/index.js';
import { answer, environment, evaluate } from './evaluate.js';

const object = {
  spec: {
    replicas: 3,
    ratio: 0.5,
    paused: false,
    nothing: null,
    containers: [
      { name: 'server', image: 'registry/server:1', ports: [80, 443] },
      { name: 'sidecar', image: 'registry/sidecar:2' },
    ],
  },
  metadata: { labels: { app: 'shop', 'a.b/c': 'x' } },
};

describe('reading an object', () => {
  test.each<[string, cel.Json]>([
    ['object.spec.replicas', 3],
    ['object.spec.nothing', null],
    ['object.spec.nothing == null', true],
    ["object['spec']['replicas']", 3],
    ["object.metadata.labels['a.b/c']", 'x'],
    ['object.metadata.labels.`a.b/c`', 'x'],
    ['object.spec.containers[1].name', 'sidecar'],
    ['object.spec.containers.map(c, c.name)', ['server', 'sidecar']],
    ['object.spec.containers.filter(c, has(c.ports)).size()', 1],
    ['object.spec.containers.exists_one(c, has(c.ports))', true],
    ['has(object.spec.missing)', false],
    ['has(object.spec.nothing)', true],
    ['object.metadata.?labels.?app.orValue("none")', 'shop'],
    ['object.metadata.?annotations.?app.orValue("none")', 'none'],
    ['object.metadata.?annotations[?"a"].hasValue()', false],
    ['object.spec.?containers[?5].?name.or(object.metadata.?labels.?app).value()', 'shop'],
    ['object.metadata.?labels.optMap(l, l.size())', 2],
    ['object.spec.containers[5].name', 'error: index out of bounds: 5'],
    ['object.spec.containers[-1].name', 'error: index out of bounds: -1'],
    ['object.spec.missing', 'error: no such key: missing'],
    ['object.spec.missing.deeper', 'error: no such key: missing'],
    ['object.spec.nothing.deeper', 'error: no such key: deeper'],
    ['object.spec.replicas.deeper', 'error: no such key: deeper'],
    ['object.spec.containers.name', "error: unsupported index type 'string' in list"],
    ['object.spec.containers[0.5]', 'error: unsupported index value 0.5 in list'],
    ['has(object.spec.nothing.deeper)', false],
    ['has(object.spec.replicas.deeper)', false],
    ['has(object.spec.containers.deeper)', "error: unsupported index type 'string' in list"],
    ['object.spec.nothing.?deeper.hasValue()', false],
    ['object.spec.containers[?7].hasValue()', false],
    ["object.spec.replicas['a']", 'error: no such key: a'],
    ['object.spec[0]', 'error: no such key: 0'],
    ['has(object.missing.deeper)', 'error: no such key: missing'],
    ['value', 'error: no such attribute(s)'],
  ])('%s', (source, expected) => expect(answer(source, { object })).toEqual(expected));
});

describe('own properties only', () => {
  test.each([
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    'valueOf',
    '__defineGetter__',
    'length',
    'map',
  ])('%s is an absent field', (name) => {
    expect(answer(`has(object.${name})`, { object: {} })).toBe(false);
    expect(answer(`object.${name}`, { object: {} })).toBe(`error: no such key: ${name}`);
    expect(answer(`object['${name}']`, { object: {} })).toBe(`error: no such key: ${name}`);
    expect(answer(`'${name}' in object`, { object: {} })).toBe(false);
    expect(answer(`object.?${name}.hasValue()`, { object: {} })).toBe(false);
    expect(answer(`object.all(k, k != '${name}')`, { object: {} })).toBe(true);
  });

  test('a field of such a name is read where the object owns it', () => {
    const own = JSON.parse('{"__proto__": {"a": 1}, "constructor": 2, "length": 3}');
    expect(answer('[object.__proto__.a, object.constructor, object.length]', { object: own })).toEqual([
      1, 2, 3,
    ]);
    expect(Object.prototype).not.toHaveProperty('a');
  });

  test('a list has no fields, and a string none either', () => {
    const list = "error: unsupported index type 'string' in list";
    expect(answer('object.a.length', { object: { a: [1] } })).toBe(list);
    expect(answer('object.a.length', { object: { a: 'text' } })).toBe('error: no such key: length');
    expect(answer("object.a['0']", { object: { a: [1] } })).toBe(list);
    expect(answer("object.a['0']", { object: { a: 'text' } })).toBe('error: no such key: 0');
  });

  test('values of Warder itself show nothing of their inside', () => {
    const inside = ['value', 'nanos', 'values', 'typeName', 'kind', 'params', 'equals'];
    const values = [
      "duration('1s')",
      "timestamp('2024-01-01T00:00:00Z')",
      '1u',
      '1.0',
      'optional.of(1)',
      'int',
      "b'a'",
    ];
    for (const value of values) {
      for (const field of inside) expect(answer(`dyn(${value}).${field}`)).not.toBe(undefined);
      for (const field of inside)
        expect(String(answer(`dyn(${value}).${field}`))).not.toMatch(/^(?:\d|function|int$)/);
    }
  });
});

describe('numbers', () => {
  test.each<[string, cel.Json]>([
    ['1 + 2', 3],
    ['7 / -2', -3],
    ['-7 % 3', -1],
    ['4 % 2 == 0', true],
    ['9007199254740991 + 1', '9007199254740992'],
    ['9007199254740993 - 2 == 9007199254740991', true],
    ['9223372036854775807 + 1', 'error: integer overflow'],
    ['-9223372036854775808 - 1', 'error: integer overflow'],
    ['-9223372036854775808 * -1', 'error: integer overflow'],
    ['-9223372036854775808 / -1', 'error: integer overflow'],
    ['-(-9223372036854775808)', 'error: integer overflow'],
    ['4294967296 * 4294967296', 'error: integer overflow'],
    ['3037000500 * 3037000499', '9223372033963249500'],
    ['1 / 0', 'error: division by zero'],
    ['1 % 0', 'error: modulus by zero'],
    ['1.0 / 0.0 > 1e308', true],
    ['0u - 1u', 'error: unsigned integer overflow'],
    ['18446744073709551615u + 1u', 'error: unsigned integer overflow'],
    ['1.5 + 1.5', 3],
    ['type(1.5 + 1.5) == double', true],
    ['type(object.spec.replicas) == int', true],
    ['type(object.spec.ratio) == double', true],
    ['object.spec.replicas + 1', 4],
    ['object.spec.replicas % 2', 1],
    ['object.spec.replicas + 1.0', 'error: no such overload'],
    ['object.spec.replicas < 3.5', true],
    ['object.spec.replicas == 3.0', true],
    ['object.spec.replicas == 3u', true],
    ['object.spec.ratio * 2.0 == 1.0', true],
    ['1 == dyn(1.0) && 1u == dyn(1)', true],
    ['dyn(0.0) == 0 && dyn(-0.0) == 0.0', true],
    ["double('NaN') == double('NaN')", false],
    ["int('9223372036854775808')", "error: type conversion error from 'string' to 'int'"],
    ['int(1e99)', 'error: integer overflow'],
    ['uint(-1)', 'error: unsigned integer overflow'],
    ['string(1.0)', '1'],
    ['string(1e21)', '1e+21'],
    ['string(0.00001)', '1e-05'],
    ['string(1000000.0)', '1e+06'],
    ['string(123456.75)', '123456.75'],
  ])('%s', (source, expected) => expect(answer(source, { object })).toEqual(expected));

  test('a JSON integer beyond the safe ones is an int', () => {
    const large = { n: 2 ** 60 };
    expect(answer('type(object.n) == int', { object: large })).toBe(true);
    expect(answer('object.n == 1152921504606846976', { object: large })).toBe(true);
    expect(answer('object.n + 1 == 1152921504606846977', { object: large })).toBe(true);
    expect(answer('type(object.n) == double', { object: { n: 1e300 } })).toBe(true);
  });
});

describe('errors', () => {
  test.each<[string, cel.Json]>([
    ['object.missing == 1 || true', true],
    ['true || object.missing == 1', true],
    ['object.missing == 1 && false', false],
    ['object.missing == 1 || false', 'error: no such key: missing'],
    ['object.missing == 1 && true', 'error: no such key: missing'],
    ['[1, 0, 2].exists(x, 4 / x == 2)', true],
    ['[1, 0, 2].exists(x, 4 / x == 9)', 'error: division by zero'],
    ['[1, 0, 2].all(x, 4 / x > 9)', false],
    ['[1, 0, 2].all(x, 4 / x > 0)', 'error: division by zero'],
    ['[1, 0, 2].map(x, 4 / x)', 'error: division by zero'],
    ['[1, 0, 2].exists_one(x, 4 / x == 2)', 'error: division by zero'],
    ['dyn("a") && true', 'error: no such overload'],
    ['dyn("a") || true', true],
    ['dyn(1) ? 1 : 2', 'error: no such overload'],
    ['!dyn(1)', 'error: no such overload'],
    ['dyn([1, 2]) < 3', 'error: no such overload: _<_'],
    ['dyn(null) + 1', 'error: no such overload: _+_'],
    ['size(dyn(1))', 'error: no such overload: size'],
    ['dyn("a") + 1', 'error: no such overload'],
    ['{"a": 1, "a": 2}', 'error: Failed with repeated key: a'],
    ['{dyn(1.5): 1}', 'error: unsupported key type'],
    ['dyn(1).all(x, true)', 'error: no such overload'],
    ['1 in dyn(2)', 'error: no such overload'],
    ['dyn("text").startsWith(dyn(1))', 'error: no such overload'],
    ['"a".matches(dyn("["))', 'error: error parsing regexp: missing closing ]: `[`'],
  ])('%s', (source, expected) => expect(answer(source, { object: {} })).toEqual(expected));
});

describe('comprehensions', () => {
  test.each<[string, cel.Json]>([
    ['{"a": 1, "b": 2}.all(k, k in ["a", "b"])', true],
    ['{"a": 1, "b": 2}.exists(k, v, v == 2 && k == "b")', true],
    ['[5, 6].all(i, v, v == i + 5)', true],
    ['[1, 2, 3].existsOne(i, v, v > 2)', true],
    ['[1, 2, 3].transformList(i, v, i > 0, v * 10)', [20, 30]],
    ['{"a": 1}.transformMap(k, v, k + string(v))', { a: 'a1' }],
    ['["x", "y"].transformMapEntry(i, v, {v: i})', { x: 0, y: 1 }],
    ['["x", "x"].transformMapEntry(i, v, {v: i})', 'error: insert failed: key x already exists'],
    [
      '[1, 2].map(x, [3, 4].map(y, x * y))',
      [
        [3, 4],
        [6, 8],
      ],
    ],
    ['[1, 2].map(x, [x].map(x, x + 1)[0] + x)', [3, 5]],
    [
      'cel.bind(x, [1, 2].map(y, y), [10, 20].map(z, x.map(w, w + z)))',
      [
        [11, 12],
        [21, 22],
      ],
    ],
    ['[1, 2, 3].map(x, x > 1, x * 2)', [4, 6]],
    ['[[1], [2]].exists(l, l.exists(x, x == 2))', true],
    ['[?optional.of(1), ?optional.none()]', [1]],
    ['{?"a": optional.none(), "b": 1}', { b: 1 }],
    ['optional.of(1).optFlatMap(x, optional.of(x + 1)).value()', 2],
    ['optional.none().optMap(x, x + 1).hasValue()', false],
    ['size("añ😀")', 3],
    ['dyn(5).orValue(7)', 5],
  ])('%s', (source, expected) => expect(answer(source, { object })).toEqual(expected));
});

describe('lazy variables', () => {
  const lazyEnvironment = cel.extendEnvironment(environment, {
    variables: [
      { name: 'variables.a', type: cel.INT, lazy: true },
      { name: 'variables.b', type: cel.DYN, lazy: true, json: true },
    ],
  });

  test('are computed at most once, and only when read', () => {
    let computed = 0;
    const a = new cel.Lazy(() => ++computed);
    const read = (source: string) =>
      evaluate(source, { 'variables.a': a }, cel.createBudget(), lazyEnvironment).result;
    expect(read('false && variables.a == 1')).toBe(false);
    expect(computed).toBe(0);
    expect(read('variables.a + variables.a == 2')).toBe(true);
    expect(computed).toBe(1);
    expect(read('has(variables.a)')).toBe(true);
  });

  test('surface their error where they are used', () => {
    const a = new cel.Lazy(() => cel.celError('no such key: x'));
    const read = (source: string) =>
      evaluate(source, { 'variables.a': a }, cel.createBudget(), lazyEnvironment).result;
    expect(read('variables.a == 1 || true')).toBe(true);
    expect(read('variables.a == 1')).toMatchObject({ message: 'no such key: x' });
  });

  test('may evaluate programs of the same activation', () => {
    const inner = cel.compile(lazyEnvironment, '[1, 2, 3].map(x, x * object.n)');
    if (!inner.ok) throw new Error('does not compile');
    const budget = cel.createBudget();
    const activation = cel.createActivation(lazyEnvironment, { object: { n: 2 } });
    activation.set('variables.b', new cel.Lazy(() => inner.program.evaluate(activation, budget)));
    const outer = cel.compile(lazyEnvironment, '[10, 20].map(x, variables.b.map(y, x + y))');
    if (!outer.ok) throw new Error('does not compile');
    expect(outer.program.evaluate(activation, budget)).toEqual([
      [12, 14, 16],
      [22, 24, 26],
    ]);
  });

  test('that need themselves are an error', () => {
    const a: cel.Lazy = new cel.Lazy(() => a.force());
    const { result } = evaluate(
      'variables.a == 1',
      { 'variables.a': a },
      cel.createBudget(),
      lazyEnvironment,
    );
    expect(result).toMatchObject({ message: 'a lazily evaluated variable depends on itself' });
  });
});

describe('declared object types', () => {
  const typed = cel.createEnvironment({
    libraries: [cel.standardLibrary],
    structs: [
      cel.struct('Spec', {
        replicas: cel.INT,
        weight: {
          type: cel.DOUBLE,
          convert: (value) => (typeof value === 'number' ? cel.makeDouble(value) : value),
        },
      }),
      cel.struct('Object', { spec: cel.structType('Spec') }),
    ],
    variables: [{ name: 'object', type: cel.structType('Object'), json: true }],
  });

  test('convert a field to its type', () => {
    const { result } = evaluate(
      'object.spec.weight / 2.0 == 0.5',
      { object: { spec: { weight: 1 } } },
      cel.createBudget(),
      typed,
    );
    expect(result).toBe(true);
  });

  test('refuse a field that is not declared', () => {
    const compiled = cel.compile(typed, 'object.spec.replica == 1');
    expect(compiled).toMatchObject({
      ok: false,
      problems: [{ message: "undefined field 'replica'", column: 12 }],
    });
  });
});
