// The figures people ask a decision log for: what was denied, to whom, by which rule, with which exceptions.
import { isJsonObject } from '../kubernetes/index.js';
import { exceptionsOf, type ReadRecord, resultsOf } from './read.js';

/** How often each of some things occurs, most often first. */
export type Tally = readonly (readonly [string, number])[];

export interface RecordFigures {
  readonly decisions: number;
  readonly denied: number;
  readonly dryRuns: number;
  /** Reviews that could not be judged. */
  readonly undecided: number;
  readonly first: string;
  readonly last: string;
  /** `policy/rule` of denials, users who were denied, exceptions with what became of them, emergencies. */
  readonly rules: Tally;
  readonly users: Tally;
  readonly exceptions: Tally;
  readonly breakGlass: Tally;
  /** Milliseconds from arrival to answer. */
  readonly latency: { readonly p50: number; readonly p99: number; readonly max: number };
}

const MAX_KEYS = 10_000;
const MAX_SAMPLES = 100_000;

function createTally(): { add(key: string): void; tally(): Tally } {
  const counts = new Map<string, number>();
  return {
    add(key) {
      if (counts.size < MAX_KEYS || counts.has(key)) counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    tally: () => [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)),
  };
}

function latencyOf(times: readonly number[]): RecordFigures['latency'] {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** `policy/rule` of everything that made a denial, once each. */
function deniedRules({ value }: ReadRecord): ReadonlySet<string> {
  const broken = resultsOf(value).filter(
    ({ result, action }) => action === 'deny' && (result === 'fail' || result === 'error'),
  );
  return new Set(broken.map(({ policy, rule }) => `${policy}/${rule}`));
}

/** Adds up records one by one; memory is bounded. */
export function createFigures(): { add(record: ReadRecord): void; figures(): RecordFigures } {
  const [rules, users, exceptions, breakGlass] = [createTally(), createTally(), createTally(), createTally()];
  const times: number[] = [];
  let [decisions, denied, dryRuns, undecided] = [0, 0, 0, 0];
  let [first, last] = ['', ''];
  return {
    add(record) {
      const { value, time, allowed } = record;
      decisions++;
      if (first === '') first = time;
      last = time;
      if (value.dryRun === true) dryRuns++;
      if (value.fault !== undefined) undecided++;
      if (typeof value.ms === 'number' && times.length < MAX_SAMPLES) times.push(value.ms);
      if (!allowed) {
        denied++;
        users.add(String(value.user));
        for (const rule of deniedRules(record)) rules.add(rule);
      }
      for (const { id, result } of exceptionsOf(value)) exceptions.add(`${id} ${result}`);
      if (isJsonObject(value.breakGlass)) breakGlass.add(String(value.breakGlass.id));
    },
    figures: () => ({
      ...{ decisions, denied, dryRuns, undecided, first, last },
      rules: rules.tally(),
      users: users.tally(),
      exceptions: exceptions.tally(),
      breakGlass: breakGlass.tally(),
      latency: latencyOf(times),
    }),
  };
}
