import { expect, test } from '@jest/globals';
import { nearestName } from '../../../src/policy/nearest-name.js';

test.each([
  ['reqire', ['require', 'when', 'each'], 'require'],
  ['mesage', ['message', 'match'], 'message'],
  ['mtach', ['message', 'match'], 'match'],
  ['Deny', ['deny', 'warn'], 'deny'],
  ['completely-else', ['deny', 'warn'], undefined],
  ['x'.repeat(100_000), ['deny'], undefined],
])('the nearest name to %.20s', (name, known, expected) => {
  expect(nearestName(name, known)).toBe(expected);
});
