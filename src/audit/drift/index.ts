export { type ClassifyContext, classifyDrift, type Pipeline } from './classify.js';
export { type DesiredObject, type Drift, type DriftOptions, type DriftResult, findDrift } from './drift.js';
export { createHistory, type History } from './history.js';
export { indexLive, type LiveObjects } from './live.js';
export {
  DRIFT_VERDICTS,
  type DriftVerdict,
  decide,
  type Queue,
  type QueueEntry,
  readQueue,
  updateQueue,
  withDecisions,
  writeQueue,
} from './queue.js';
