import { describe, expect, it } from '@jest/globals';
import { createBatch, type Job } from '../../../src/admission/batch.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

/** Jobs that write down what is done with them. */
function recorder(): { readonly done: string[]; job(name: string, failing?: keyof Job): Job } {
  const done: string[] = [];
  const step = (name: string, what: keyof Job, failing?: keyof Job) => (): void => {
    done.push(`${what} ${name}`);
    if (what === failing) throw new Error(`${what} ${name} failed`);
  };
  return {
    done,
    job: (name, failing) => ({
      judge: step(name, 'judge', failing),
      answer: step(name, 'answer', failing),
      follow: step(name, 'follow', failing),
    }),
  };
}

describe('a batch', () => {
  it('judges what is ready together, then answers, then follows up', async () => {
    const { done, job } = recorder();
    const batch = createBatch(
      () => undefined,
      () => 0,
    );
    batch.add(job('a'));
    batch.add(job('b'));
    expect(done).toEqual([]);
    await turn();
    expect(done).toEqual(['judge a', 'judge b', 'answer a', 'answer b', 'follow a', 'follow b']);
  });

  it('answers what is judged once judging takes long', async () => {
    const { done, job } = recorder();
    let time = 0;
    const batch = createBatch(
      () => undefined,
      () => (time += 0.6),
    );
    for (const name of ['a', 'b', 'c']) batch.add(job(name));
    await turn();
    expect(done.indexOf('answer a')).toBeLessThan(done.indexOf('judge c'));
    expect(done).toHaveLength(9);
  });

  it.each(['judge', 'answer', 'follow'] as const)('goes on with the others where %s throws', async (step) => {
    const { done, job } = recorder();
    const failed: string[] = [];
    const batch = createBatch(
      (_, what, fault) => failed.push(`${what}: ${(fault as Error).message}`),
      () => 0,
    );
    batch.add(job('a', step));
    batch.add(job('b'));
    await turn();
    expect(failed).toEqual([`${step}: ${step} a failed`]);
    expect(done).toHaveLength(6);
  });

  it('takes jobs that arrive while others are done in the next turn', async () => {
    const { done, job } = recorder();
    const batch = createBatch(
      () => undefined,
      () => 0,
    );
    const first = job('a');
    batch.add({ ...first, follow: () => batch.add(job('b')) });
    await turn();
    expect(done).toEqual(['judge a', 'answer a', 'judge b', 'answer b', 'follow b']);
  });
});
