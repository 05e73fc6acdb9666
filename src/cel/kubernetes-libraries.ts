// The function libraries of Kubernetes 1.36, in the versions it has them. Source of truth:
// k8s.io/apiserver pkg/cel/environment/base.go. A new library is one line here.
import type { VariableDeclaration } from './environment.js';
import { cidrLibrary } from './libraries/cidr.js';
import { encodersLibrary } from './libraries/encoders.js';
import { ipLibrary } from './libraries/ip.js';
import { kubernetesListsLibrary } from './libraries/lists.js';
import { listsLibrary } from './libraries/lists-extension.js';
import { mathLibrary } from './libraries/math.js';
import { optionalLibrary } from './libraries/optional.js';
import { regexLibrary } from './libraries/regex.js';
import { setsLibrary } from './libraries/sets.js';
import { standardLibrary, twoVariableComprehensions } from './libraries/standard.js';
import { stringsLibrary } from './libraries/strings.js';
import type { Library } from './library.js';

export const KUBERNETES_LIBRARIES: readonly Library[] = [
  standardLibrary,
  optionalLibrary,
  twoVariableComprehensions,
  stringsLibrary(2),
  kubernetesListsLibrary,
  listsLibrary(3),
  setsLibrary,
  mathLibrary(2),
  encodersLibrary,
  regexLibrary,
  ipLibrary,
  cidrLibrary,
];

/** `authorizer`, and the resource check of the request itself. */
export const AUTHORIZER_VARIABLES: readonly VariableDeclaration[] = [];
