// Defaults that keep a cluster from locking itself out; configuration may change them.
import type { EngineSettings } from './input.js';

/** The control plane's namespaces, and Warder's own. */
export const DEFAULT_EXCLUDED_NAMESPACES: readonly string[] = [
  'kube-system',
  'kube-public',
  'kube-node-lease',
  'warder',
];

/** Identities whose requests are recorded, never denied. See docs/decisions/0001. */
export const DEFAULT_CONTROL_PLANE_USERS: readonly string[] = [
  'system:apiserver',
  'system:kube-controller-manager',
  'system:kube-scheduler',
  'system:node:*',
  'system:serviceaccount:kube-system:*',
];

export const DEFAULT_SETTINGS: EngineSettings = {
  excludedNamespaces: DEFAULT_EXCLUDED_NAMESPACES,
  controlPlaneUsers: DEFAULT_CONTROL_PLANE_USERS,
  forcedAction: undefined,
};
