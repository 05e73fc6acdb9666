export { type Checkpoint, findCheckpoint, readCheckpoint, writeCheckpoint } from './checkpoint.js';
export { createFigures, type RecordFigures, type Tally } from './figures.js';
export { type FileSink, type FileSinkOptions, openFileSink } from './file-sink.js';
export { type HttpSinkOptions, httpSink, otlpBody } from './http-sink.js';
export { type DecisionLog, type LogOptions, type LogStatistics, openLog } from './log.js';
export {
  createRecordReader,
  exceptionsOf,
  type ReadRecord,
  type ReadResult,
  type RecordReader,
  resultsOf,
} from './read.js';
export {
  type RecordedResult,
  type RecordSettings,
  recordOf,
  type Sent,
  undecidedRecord,
} from './record.js';
export {
  createReplayer,
  type Flip,
  flipOf,
  type HiddenRead,
  type Replayed,
  type Replayer,
} from './replay.js';
export { createRuleLists, type RuleLists } from './rule-lists.js';
export { listSegments, type Segment } from './segments.js';
export { createShadow, type Shadow, type ShadowCounts } from './shadow.js';
export { type Sink, streamSink } from './sink.js';
export { createVerifier, type LogProblem, type Verifier, type VerifyReport } from './verify.js';
