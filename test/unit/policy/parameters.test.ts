import { describe, expect, test } from '@jest/globals';
import { resolveParameters } from '../../../src/policy/parameters.js';

const declared = {
  registries: { type: 'list', default: ['a'], description: 'allowed' },
  limit: { type: 'number', default: 1, description: 'limit' },
} as const;

describe('parameters of a policy', () => {
  test('have their defaults until something is given', () => {
    expect({ ...resolveParameters(declared, { limit: 2 }).values }).toEqual({ registries: ['a'], limit: 2 });
  });

  test.each([
    ['an unknown name', declared, { registry: ['b'] }, 'registry', 'value', 'it declares: registries, limit'],
    ['a value of another type', declared, { registries: 'b' }, 'registries', 'value', 'must be a list'],
    [
      'a default of another type',
      { x: { type: 'map', default: [], description: '' } } as const,
      {},
      'x',
      'declaration',
      'not a map',
    ],
    [
      'an inherited name',
      declared,
      JSON.parse('{"__proto__": 1}'),
      '__proto__',
      'value',
      'no such parameter',
    ],
  ] as const)('%s is a problem', (_name, declarations, given, name, where, message) => {
    const { problems } = resolveParameters(declarations, given);
    expect(problems).toEqual([{ name, in: where, message: expect.stringContaining(message) }]);
  });
});
