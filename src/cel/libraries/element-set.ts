// Which values a list holds, found without comparing each with each where they are scalars.
import { equals } from '../equality.js';
import { CelDouble, type CelList, CelUint, type CelValue } from '../values.js';

/** More comparisons than this are refused: they are what Kubernetes' limit for one expression pays for at most. */
export const MAX_COMPARISONS = 1_000_000;

/** What equal scalars have in common; undefined for all values that must be compared one by one. */
function scalarKey(value: CelValue): string | boolean | number | null | undefined {
  if (typeof value === 'number')
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? undefined : value;
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  return value instanceof CelUint && typeof value.value === 'number' ? value.value : undefined;
}

/** A growing set of values by CEL's equality. */
export class ElementSet {
  private readonly scalars = new Set<string | boolean | number | null>();
  private readonly others: CelValue[] = [];
  /** How often values had to be compared one by one. */
  comparisons = 0;

  constructor(list: CelList = []) {
    for (const value of list) this.add(value);
  }

  add(value: CelValue): void {
    const key = scalarKey(value);
    if (key === undefined) this.others.push(value);
    else this.scalars.add(key);
  }

  has(value: CelValue): boolean {
    const key = scalarKey(value);
    if (key !== undefined && this.scalars.has(key)) return true;
    if (this.others.length > 0) {
      this.comparisons += this.others.length;
      if (this.others.some((other) => equals(other, value))) return true;
    }
    // A double such as 1.0 is not a scalar here and equals the int 1.
    return key === undefined && this.hasNumber(value);
  }

  private hasNumber(value: CelValue): boolean {
    return value instanceof CelDouble && Number.isSafeInteger(value.value) && this.scalars.has(value.value);
  }
}
