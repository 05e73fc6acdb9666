// The function libraries of Kubernetes 1.36, in the versions it has them. Source of truth:
// k8s.io/apiserver pkg/cel/environment/base.go. A new library is one line here.
import { authorizerLibrary } from './libraries/authorizer.js';
import { cidrLibrary } from './libraries/cidr.js';
import { formatLibrary } from './libraries/format.js';
import { ipLibrary } from './libraries/ip.js';
import { kubernetesListsLibrary } from './libraries/lists.js';
import { listsLibrary } from './libraries/lists-extension.js';
import { optionalLibrary } from './libraries/optional.js';
import { quantityLibrary } from './libraries/quantity.js';
import { regexLibrary } from './libraries/regex.js';
import { semverLibrary } from './libraries/semver.js';
import { setsLibrary } from './libraries/sets.js';
import { standardLibrary, twoVariableComprehensions } from './libraries/standard.js';
import { stringsLibrary } from './libraries/strings.js';
import { urlLibrary } from './libraries/url.js';
import type { Library } from './library.js';

export { AUTHORIZER_VARIABLES } from './libraries/authorizer.js';

export const KUBERNETES_LIBRARIES: readonly Library[] = [
  standardLibrary,
  urlLibrary,
  regexLibrary,
  kubernetesListsLibrary,
  authorizerLibrary,
  optionalLibrary,
  quantityLibrary,
  stringsLibrary(2),
  setsLibrary,
  ipLibrary,
  cidrLibrary,
  formatLibrary,
  twoVariableComprehensions,
  semverLibrary,
  listsLibrary(3),
];
