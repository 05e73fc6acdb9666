export { type Api, type ApiAnswer, type ApiRequest, createApi, type StreamEnd } from './api.js';
export { type Followed, type FollowOptions, followObjects } from './follow.js';
export { readKubeConfig } from './kubeconfig.js';
export { type Election, type LeaseOptions, takePart } from './lease.js';
