// The function libraries of Kubernetes 1.36, in the versions it has them. Source of truth:
// k8s.io/apiserver pkg/cel/environment/base.go. A new library is one line here.
import type { VariableDeclaration } from './environment.js';
import { optionalLibrary } from './libraries/optional.js';
import { standardLibrary, twoVariableComprehensions } from './libraries/standard.js';
import type { Library } from './library.js';

export const KUBERNETES_LIBRARIES: readonly Library[] = [
  standardLibrary,
  optionalLibrary,
  twoVariableComprehensions,
];

/** `authorizer`, and the resource check of the request itself. */
export const AUTHORIZER_VARIABLES: readonly VariableDeclaration[] = [];
