// Field paths the way Kubernetes prints them in validation errors: spec.containers[0].image, metadata.labels['a/b'].

/** Steps from an object's root: field names and list indices. */
export type FieldPath = readonly (string | number)[];

const PLAIN = /^[A-Za-z_$][\w$-]*$/;

/** One step as it is appended to a path already printed. */
function formatStep(step: string | number, first: boolean): string {
  if (typeof step === 'number') return `[${step}]`;
  if (PLAIN.test(step)) return first ? step : `.${step}`;
  return `['${step.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}']`;
}

/** Prints `path`; the root itself prints as the empty string. */
export function formatFieldPath(path: FieldPath): string {
  let text = '';
  for (const step of path) text += formatStep(step, text === '');
  return text;
}
