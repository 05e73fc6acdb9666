// Rules that ask the same are asked once; what each policy says must not depend on it.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { judge, ruleResults } from '../../../src/engine/index.js';
import { type CompiledRule, PASS, type RuleOutcome } from '../../../src/policy/index.js';
import { failing, input, policy, rule } from './fixtures.js';

/** A rule that counts how often it is asked. */
function counted(name: string, shape: string | undefined, outcome: RuleOutcome = PASS) {
  const calls = { count: 0 };
  const counting: CompiledRule = {
    ...rule(name),
    shape,
    evaluate: () => {
      calls.count++;
      return outcome;
    },
  };
  return { rule: counting, calls };
}

describe('rules of one shape', () => {
  test('are asked once where they pass, and every policy passes', () => {
    const rules = ['a', 'b', 'c'].map((name) => counted(name, 'same'));
    const policies = rules.map(({ rule: each }) => policy(each.name, { rules: [each] }));
    const decision = judge(input(policies));
    expect(ruleResults(decision).map(({ policy: name, result }) => [name, result])).toEqual([
      ['a', 'pass'],
      ['b', 'pass'],
      ['c', 'pass'],
    ]);
    expect(rules.reduce((sum, { calls }) => sum + calls.count, 0)).toBe(1);
  });

  test('each say so in their own words where they fail', () => {
    const policies = ['a', 'b'].map((name) =>
      policy(name, { rules: [{ ...failing(`rule-${name}`), shape: 'same' }] }),
    );
    const { violations } = judge(input(policies));
    expect(violations.map((violation) => `${violation.policy}/${violation.rule}`)).toEqual([
      'a/rule-a',
      'b/rule-b',
    ]);
  });

  test('are asked apart of a Pod and of the object itself', () => {
    const [whole, pod] = [counted('whole', 'same'), counted('pod', 'same')];
    judge(input([policy('a', { rules: [whole.rule] }), policy('b', { rules: [pod.rule], subject: 'pod' })]));
    expect([whole.calls.count, pod.calls.count]).toEqual([1, 1]);
  });

  test('without a shape are each asked', () => {
    const rules = ['a', 'b'].map((name) => counted(name, undefined));
    judge(input(rules.map(({ rule: each }) => policy(each.name, { rules: [each] }))));
    expect(rules.map(({ calls }) => calls.count)).toEqual([1, 1]);
  });
});

test('a fault in one rule is that policy’s error and nobody else’s', () => {
  const faulty: CompiledRule = {
    ...rule('r'),
    evaluate: () => {
      throw new TypeError('no such thing');
    },
  };
  const decision = judge(input([policy('bad', { rules: [faulty] }), policy('good', { rules: [rule('r')] })]));
  expect(ruleResults(decision).map(({ policy: name, result }) => [name, result])).toEqual([
    ['bad', 'error'],
    ['good', 'pass'],
  ]);
});

test('whatever passes, fails, skips or errs, and whichever share a shape: the results are those of each alone', () => {
  const outcomes: readonly RuleOutcome[] = [
    PASS,
    { kind: 'skip', reason: 'not here' },
    { kind: 'error', message: 'broken' },
    failing('x').evaluate({} as never), // it looks at nothing
  ];
  const kinds = fc.array(fc.record({ outcome: fc.nat({ max: 3 }), shared: fc.boolean() }), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(kinds, (chosen) => {
      const policies = chosen.map(({ outcome, shared }, index) => {
        const evaluate = () => outcomes[outcome] as RuleOutcome; // within bounds
        const shape = shared ? `outcome ${outcome}` : undefined;
        return policy(`p${index}`, { rules: [{ ...rule('r'), shape, evaluate }] });
      });
      const together = ruleResults(judge(input(policies)));
      const alone = policies.flatMap((each) => ruleResults(judge(input([each]))));
      expect(together).toEqual(alone);
    }),
  );
});
