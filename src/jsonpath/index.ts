// A path compiled to a selector that yields nodes and their field paths. jsonpath-plus parses, Warder selects.
import type { PathProblem } from './grammar.js';
import { compileGet, compileWalk, type Json, type Path, type Visit } from './select.js';
import { parseSteps, type Step } from './steps.js';

export type { PathProblem } from './grammar.js';

/** A node a path selected, and where it stands below the root. */
export interface SelectedNode {
  readonly value: Json;
  readonly path: Path;
}

/** A compiled path. Throws RangeError only for objects nested beyond any real one under `..`. */
export interface Selector {
  readonly text: string;
  /** Whether it can select one node at most: names and non-negative indices only. */
  readonly singular: boolean;
  /** The steps of a singular path; for others the steps before the first that may select several. */
  readonly path: Path;
  /** The node of a singular path, undefined where it is not there. Other paths: the first node. */
  get(root: Json): Json | undefined;
  /** Calls `visit` for every node, in document order; the path it is given is valid during the call only. */
  visit(root: Json, visit: Visit): void;
  nodes(root: Json): readonly SelectedNode[];
}

export type CompiledPath =
  | { readonly ok: true; readonly selector: Selector }
  | { readonly ok: false; readonly problem: PathProblem };

/** The steps up to the first that may select several nodes. */
function fixedPath(steps: readonly Step[]): Path {
  const path: (string | number)[] = [];
  for (const step of steps) {
    if (step.kind === 'name') path.push(step.name);
    else if (step.kind === 'index' && step.index >= 0) path.push(step.index);
    else break;
  }
  return path;
}

/** Policies of a set select the same few paths over and over; one selector serves them all. */
const COMPILED = new Map<string, CompiledPath>();
const MAX_COMPILED = 4096;

/**
 * Compiles `text`, or gives the selector already compiled for the same text, so that selections can be shared between
 * rules. The leading `$` may be left out. Filters and scripts are refused with the reason.
 */
export function compilePath(text: string): CompiledPath {
  const known = COMPILED.get(text);
  if (known !== undefined) return known;
  const compiled = compile(text);
  if (COMPILED.size < MAX_COMPILED) COMPILED.set(text, compiled);
  return compiled;
}

function compile(text: string): CompiledPath {
  const parsed = parseSteps(text);
  if (!parsed.ok) return parsed;
  const path = fixedPath(parsed.steps);
  const singular = path.length === parsed.steps.length;
  const visit = compileWalk(parsed.steps);
  const nodes = (root: Json): readonly SelectedNode[] => {
    const found: SelectedNode[] = [];
    visit(root, (value, at) => found.push({ value, path: [...at] }));
    return found;
  };
  const get = singular ? compileGet(path) : (root: Json) => nodes(root)[0]?.value;
  return { ok: true, selector: { text, singular, path, get, visit, nodes } };
}
