export { type Checkpoint, findCheckpoint, readCheckpoint, writeCheckpoint } from './checkpoint.js';
export { type FileSink, type FileSinkOptions, openFileSink } from './file-sink.js';
export { type DecisionLog, type LogOptions, type LogStatistics, openLog } from './log.js';
export {
  type RecordedResult,
  type RecordSettings,
  recordOf,
  type Sent,
  undecidedRecord,
} from './record.js';
export { createRuleLists, type RuleLists } from './rule-lists.js';
export { listSegments, type Segment } from './segments.js';
export { type Sink, streamSink } from './sink.js';
export { createVerifier, type LogProblem, type Verifier, type VerifyReport } from './verify.js';
