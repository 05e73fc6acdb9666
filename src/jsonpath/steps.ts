// The steps of a path as data, from what jsonpath-plus parsed and how the text was written.
import { JSONPath } from 'jsonpath-plus';
import { type PathProblem, readSteps, type WrittenStep } from './grammar.js';
import { unquoteName } from './quoted-name.js';

/** One step of a path. A union holds names and indices; a slice follows RFC 9535, section 2.3.4. */
export type Step =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'wildcard' }
  | {
      readonly kind: 'slice';
      readonly start: number | undefined;
      readonly end: number | undefined;
      readonly step: number;
    }
  | { readonly kind: 'union'; readonly of: readonly Step[] }
  | { readonly kind: 'descend' };

export type StepsResult =
  | { readonly ok: true; readonly steps: readonly Step[] }
  | { readonly ok: false; readonly problem: PathProblem };

const INTEGER = /^(?:0|-?[1-9]\d{0,15})$/;
const SLICE = /^(-?\d*)\s*:\s*(-?\d*)(?:\s*:\s*(-?\d*))?$/;
const QUOTED = /^(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")$/s;
const PLAIN = /^[^\s'":\d-][^\s'":]*$/;

function readInteger(text: string): number | undefined {
  const value = INTEGER.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

function readSlice(parts: readonly (string | undefined)[]): Step | undefined {
  const bounds = parts.map((part) => (part === undefined || part === '' ? undefined : readInteger(part)));
  if (parts.some((part, index) => part !== undefined && part !== '' && bounds[index] === undefined))
    return undefined;
  const [start, end, step = 1] = bounds;
  return { kind: 'slice', start, end, step };
}

/** A selector inside brackets: quoted name, index, slice, wildcard or plain name. */
function readSelector(text: string): Step | undefined {
  if (QUOTED.test(text)) {
    const name = unquoteName(text);
    return name === undefined ? undefined : { kind: 'name', name };
  }
  if (text === '*') return { kind: 'wildcard' };
  const index = readInteger(text);
  if (index !== undefined) return { kind: 'index', index };
  const slice = SLICE.exec(text);
  if (slice !== null) return readSlice(slice.slice(1));
  return PLAIN.test(text) ? { kind: 'name', name: text } : undefined;
}

/** The parts of a bracket between commas that are not quoted. */
function splitUnion(content: string): readonly string[] {
  return content.match(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^,]+/gs)?.map((part) => part.trim()) ?? [];
}

function readBracket(written: WrittenStep): Step | PathProblem {
  const parts = splitUnion(written.text);
  const commas = written.text.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/gs, '').split(',').length;
  const selectors = parts.map(readSelector);
  if (parts.length === 0 || parts.length !== commas || selectors.some((selector) => selector === undefined)) {
    const message = `[${written.text.replace(/\s+/g, ' ')}] is none of: a name, 'a quoted name', an index, a slice such as 0:2, *, or several with commas`;
    return { message, offset: written.offset };
  }
  const known = selectors as readonly Step[]; // none is undefined: checked above
  return known.length === 1 ? (known[0] as Step) : { kind: 'union', of: known };
}

function readStep(written: WrittenStep, parsed: string): Step | PathProblem {
  switch (written.kind) {
    case 'descend':
      return { kind: 'descend' };
    case 'name':
      if (/^\d+$/.test(parsed)) {
        const message = `write [${parsed}] for an item of a list, ['${parsed}'] for a field of that name`;
        return { message, offset: written.offset };
      }
      return parsed === '*' ? { kind: 'wildcard' } : { kind: 'name', name: parsed };
    case 'bracket':
      return readBracket(written);
  }
}

/** Parses a path. What jsonpath-plus understood must be what was written, step for step. */
export function parseSteps(path: string): StepsResult {
  const grammar = readSteps(path);
  if (!grammar.ok) return grammar;
  const rooted = path.startsWith('$') ? path : `$${path.startsWith('[') ? '' : '.'}${path}`;
  const parsed: readonly string[] = JSONPath.toPathArray(rooted).slice(1);
  if (parsed.length !== grammar.steps.length) {
    const message = 'holds a name that no path can express: one with ^, [ or @word()';
    return { ok: false, problem: { message, offset: 0 } };
  }
  const steps: Step[] = [];
  for (const [index, written] of grammar.steps.entries()) {
    const step = readStep(written, parsed[index] as string); // equally many
    if ('message' in step) return { ok: false, problem: step };
    if (step.kind === 'slice' && step.step === 0) {
      return { ok: false, problem: { message: 'a slice step of 0 selects nothing', offset: written.offset } };
    }
    steps.push(step);
  }
  return { ok: true, steps };
}
