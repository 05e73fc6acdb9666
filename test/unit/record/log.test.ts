import { generateKeyPairSync } from 'node:crypto';
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type Checkpoint,
  createVerifier,
  type FileSinkOptions,
  listSegments,
  openFileSink,
  readCheckpoint,
  type VerifyReport,
} from '../../../src/record/index.js';
import { body, logOver, memorySink, T0, temporaryFolder } from './logging.js';

const KEY = generateKeyPairSync('ed25519');
const OTHER = generateKeyPairSync('ed25519');
const DAY = 86_400_000;

function verify(
  lines: readonly string[],
  { key = undefined as typeof KEY.publicKey | undefined, anchors = [] as readonly Checkpoint[] } = {},
): VerifyReport {
  const verifier = createVerifier({ key, anchors });
  for (const [index, line] of lines.entries()) verifier.line(line, 'log', index + 1);
  return verifier.end();
}
const problemsOf = (report: VerifyReport): readonly string[] => report.problems.map(({ message }) => message);

/** A log of nine decisions with signed checkpoints after every four lines, and the checkpoints as they were anchored. */
async function written(): Promise<{ lines: string[]; anchors: Checkpoint[] }> {
  const { sink, lines } = memorySink();
  const anchors: Checkpoint[] = [];
  const log = logOver([sink], {
    key: KEY.privateKey,
    checkpointRecords: 4,
    onCheckpoint: (line) => anchors.push(readCheckpoint(line, KEY.publicKey) as Checkpoint),
  });
  for (let id = 1; id <= 9; id++) {
    log.append(body(`D${id}`, { allowed: id % 2 === 0 }));
    await log.flush();
  }
  await log.close();
  return { lines, anchors };
}

describe('a log as it was written', () => {
  test('is whole, and says how far it is signed', async () => {
    const { lines, anchors } = await written();
    const report = verify(lines, { key: KEY.publicKey, anchors });
    expect(report).toMatchObject({
      problems: [],
      decisions: 9,
      first: 1,
      last: lines.length,
      checkpoints: 3,
      anchored: 3,
    });
    expect(report.signedThrough).toBe(lines.length - 1);
  });

  test('an empty log has no problems', () => {
    expect(verify([])).toMatchObject({ problems: [], lines: 0 });
  });
});

describe('what was done to a log shows', () => {
  test.each<{
    name: string;
    change: (lines: string[]) => string[];
    problem: string;
    anchored?: boolean;
    key?: typeof KEY.publicKey;
  }>([
    {
      name: 'a denial made a permission',
      change: (lines) => lines.with(1, (lines[1] ?? '').replace('"allowed":false', '"allowed":true')),
      problem: 'record 2 was changed: record 3 states another hash of it',
    },
    { name: 'a record taken out', change: (lines) => lines.toSpliced(2, 1), problem: 'record 3 is missing' },
    {
      name: 'several taken out',
      change: (lines) => lines.toSpliced(2, 3),
      problem: 'records 3 to 5 are missing',
    },
    {
      name: 'two changed places',
      change: (lines) => lines.with(1, lines[2] ?? '').with(2, lines[1] ?? ''),
      problem: 'record 2 stands after record 3: the order was changed',
    },
    {
      name: 'one written twice',
      change: (lines) => lines.toSpliced(2, 0, lines[1] ?? ''),
      problem: 'record 2 stands after record 2',
    },
    {
      name: 'one put in',
      change: (lines) => lines.toSpliced(2, 0, '{"seq":3,"prev":"x","type":"decision"}'),
      problem: 'record 2 was changed: record 3 states another hash of it',
    },
    {
      name: 'the beginning cut off',
      change: (lines) => lines.slice(4),
      problem: 'records 1 to 4 are missing, and no record says that retention removed them',
    },
    {
      name: 'the end cut off',
      anchored: true,
      change: (lines) => lines.slice(0, -3),
      problem: 'was anchored: 2 records were cut off',
    },
    {
      name: 'a line that is no record',
      change: (lines) => lines.toSpliced(3, 0, 'hello'),
      problem: 'is no record',
    },
    {
      name: 'another key',
      key: OTHER.publicKey,
      change: (lines) => lines,
      problem: 'is not signed by the key given',
    },
    {
      name: 'the signed checkpoints taken off the end',
      key: KEY.publicKey,
      change: (lines) => lines.slice(0, 4),
      problem: 'holds no checkpoint signed by the key given',
    },
  ])('$name', async ({ change, problem, anchored = false, key }) => {
    const { lines, anchors } = await written();
    const report = verify(change(lines), { key, anchors: anchored ? anchors : [] });
    expect(problemsOf(report).join('\n')).toContain(problem);
  });

  test('a log written anew from the beginning, against what was anchored', async () => {
    const { anchors } = await written();
    const { sink, lines } = memorySink();
    const forged = logOver([sink], { key: OTHER.privateKey, checkpointRecords: 4 });
    for (let id = 1; id <= 12; id++) {
      forged.append(body(`F${id}`));
      await forged.flush();
    }
    await forged.close();
    expect(problemsOf(verify(lines))).toEqual([]);
    expect(problemsOf(verify(lines, { anchors }))[0]).toMatch(
      /is not the one that was anchored: the log was written anew/,
    );
    expect(problemsOf(verify(lines, { key: KEY.publicKey }))[0]).toMatch(/is not signed by the key given/);
  });

  test('a log that begins as another', async () => {
    const { sink, lines } = memorySink();
    const log = logOver([sink], { id: 'LOG2' });
    log.append(body('D1'));
    await log.close();
    const { anchors } = await written();
    expect(problemsOf(verify(lines, { anchors }))).toEqual([
      'none of the anchored checkpoints is of this log',
    ]);
  });
});

describe('a queue that is full', () => {
  test('drops, counts, and says so in the log', async () => {
    const { sink, lines, fail } = memorySink();
    const log = logOver([sink], { queueRecords: 3 });
    await log.flush();
    const taken = [1, 2, 3, 4, 5].map((id) => log.append(body(`D${id}`)));
    expect(taken).toEqual([true, true, true, false, false]);
    fail(false);
    await log.close();
    expect(log.statistics()).toMatchObject({ dropped: 2 });
    const report = verify(lines);
    expect(report).toMatchObject({ problems: [], lost: 2, decisions: 3 });
  });

  test('is bounded in bytes too', () => {
    const log = logOver([memorySink().sink], { queueBytes: 1000 });
    expect(log.append(body('x'.repeat(2000)))).toBe(false);
  });

  test('a sink that fails for a while loses nothing of the chain', async () => {
    const { sink, lines, fail } = memorySink();
    const problems: string[] = [];
    const log = logOver([sink], { onProblem: (name) => problems.push(name) });
    await log.flush();
    fail(true);
    log.append(body('D1'));
    const flushed = log.flush();
    await new Promise((resolve) => setTimeout(resolve, 80));
    fail(false);
    await flushed;
    await log.close();
    expect(problems[0]).toBe('memory');
    expect(verify(lines)).toMatchObject({ problems: [], decisions: 1 });
  });

  test('a further sink that fails is counted and holds nothing up', async () => {
    const [first, second] = [memorySink('first'), memorySink('second')];
    second.fail(true);
    const log = logOver([first.sink, second.sink]);
    log.append(body('D1'));
    await log.close();
    expect(log.statistics().missed).toEqual({ second: 3 });
    expect(verify(first.lines)).toMatchObject({ problems: [], decisions: 1 });
  });
});

describe('a log in a folder', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  const options = (part: Partial<FileSinkOptions> = {}): FileSinkOptions => ({
    folder: folder.path,
    rotateBytes: 1024 * 1024,
    retention: undefined,
    id: 'LOG1',
    ...part,
  });
  const allLines = async (): Promise<string[]> => {
    const segments = await listSegments(folder.path);
    return segments.flatMap(({ path }) =>
      readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line !== ''),
    );
  };
  const writeSome = async (
    ids: readonly string[],
    part: Partial<FileSinkOptions> = {},
    now = T0,
  ): Promise<void> => {
    const file = await openFileSink(options(part));
    const log = logOver([file], { file, id: file.id, now: () => now });
    for (const id of ids) {
      log.append(body(id, { time: new Date(now).toISOString() }));
      await log.flush();
    }
    await log.close();
  };

  test('goes on where it stopped', async () => {
    await writeSome(['A1', 'A2']);
    await writeSome(['B1']);
    expect(verify(await allLines())).toMatchObject({ problems: [], decisions: 3, checkpoints: 2 });
  });

  test('is rotated by size, and the segments are one chain', async () => {
    await writeSome(
      Array.from({ length: 20 }, (_, index) => `D${index}`),
      { rotateBytes: 600 },
    );
    expect((await listSegments(folder.path)).length).toBeGreaterThan(4);
    expect(verify(await allLines())).toMatchObject({ problems: [], decisions: 20 });
  });

  test('what is past retention goes, and the log says so', async () => {
    await writeSome(
      Array.from({ length: 20 }, (_, index) => `D${index}`),
      { rotateBytes: 600 },
    );
    const before = (await listSegments(folder.path)).length;
    await writeSome(['E1'], { rotateBytes: 600, retention: 30 * DAY }, T0 + 31 * DAY);
    const after = await listSegments(folder.path);
    expect(after.length).toBeLessThan(before);
    const report = verify(await allLines());
    expect(report.problems).toEqual([]);
    expect(report.first).toBeGreaterThan(1);
  });

  test('a line cut off by a crash is taken out, told of, and the chain goes on', async () => {
    await writeSome(['A1']);
    const [segment] = await listSegments(folder.path);
    appendFileSync(segment?.path ?? '', '{"seq":5,"prev":"');
    await writeSome(['B1']);
    const lines = await allLines();
    expect(verify(lines)).toMatchObject({ problems: [], decisions: 2 });
    expect(lines.some((line) => line.includes('"type":"repaired","bytes":17'))).toBe(true);
  });

  test('belongs to one process', async () => {
    const file = await openFileSink(options());
    writeFileSync(join(folder.path, 'lock'), '1\n');
    await expect(openFileSink(options())).rejects.toThrow(
      'is written by process 1; every server needs a folder of its own',
    );
    await file.close();
  });

  test('a lock whose process is gone is taken over', async () => {
    writeFileSync(join(folder.path, 'lock'), '999999999\n');
    await writeSome(['A1']);
    expect(readdirSync(folder.path)).not.toContain('lock');
  });

  test('the hash of a segment’s last line is found however long it is', async () => {
    await writeSome(['A1', 'x'.repeat(3 * 1024 * 1024)]);
    await writeSome(['B1']);
    expect(verify(await allLines())).toMatchObject({ problems: [], decisions: 3 });
  });
});
