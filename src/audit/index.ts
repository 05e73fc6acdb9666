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
