export {
  type ClusterSourceOptions,
  clusterSource,
  discover,
  type ListableResource,
} from './cluster-source.js';
export {
  fileSource,
  type ObjectSource,
  type SourceFailure,
  type SourceObject,
  type SourcePage,
} from './source.js';
export {
  EMPTY_STATE,
  readState,
  type SweepState,
  type TrackedFinding,
  trackFindings,
  violationId,
  writeState,
} from './state.js';
export { type Shard, type SweepOptions, type SweepResult, sweep } from './sweep.js';
export { type WatchOptions, watchCluster } from './watch.js';
