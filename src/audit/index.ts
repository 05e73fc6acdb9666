export { type Api, type ApiAnswer, type ApiRequest, createApi } from './api.js';
export {
  type ClassifyContext,
  classifyDrift,
  createHistory,
  type DesiredObject,
  type Drift,
  type DriftOptions,
  type DriftResult,
  findDrift,
  type History,
  indexLive,
  type LiveObjects,
  type Pipeline,
} from './drift/index.js';
export { readKubeConfig } from './kubeconfig.js';
export { decommissioningOrder, findOverdue, type LifecycleContext } from './lifecycle.js';
export { keepMemorySteady, PAGE_SIZE } from './steady-memory.js';
export {
  type ClusterSourceOptions,
  clusterSource,
  discover,
  EMPTY_STATE,
  fileSource,
  type ListableResource,
  type ObjectSource,
  readState,
  type Shard,
  type SourceFailure,
  type SourceObject,
  type SweepResult,
  type SweepState,
  sweep,
  type TrackedFinding,
  trackFindings,
  violationId,
  writeState,
} from './sweep/index.js';
