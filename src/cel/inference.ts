// Type inference: what may stand where, and what type parameters turn out to be. Source of truth: cel-go,
// checker/types.go (internalIsAssignable, isValidTypeSubstitution, mostGeneral).
import { CelType, DYN } from './types.js';

/** What type parameters are known to stand for, by name. */
export type Substitution = ReadonlyMap<string, CelType>;

/** Type parameters bound while one expression is checked. */
export class Inference {
  private readonly bound = new Map<string, CelType>();
  /** What was bound before, newest last, to go back to where a match fails: copying would be quadratic. */
  private readonly trail: [name: string, before: CelType | undefined][] = [];
  private fresh = 0;

  /** A type parameter that stands for nothing yet. */
  freshParam(): CelType {
    return new CelType('typeParam', `_var${this.fresh++}`);
  }

  /** The types with their own type parameters replaced by fresh ones, consistently. */
  instantiate(types: readonly CelType[]): CelType[] {
    const renamed = new Map<string, CelType>();
    const rename = (type: CelType): CelType => {
      if (type.kind === 'typeParam') {
        let param = renamed.get(type.name);
        if (param === undefined) {
          param = this.freshParam();
          renamed.set(type.name, param);
        }
        return param;
      }
      return type.params.length === 0 ? type : new CelType(type.kind, type.name, type.params.map(rename));
    };
    return types.map(rename);
  }

  /** Whether values of each `from` may stand where the `to` beside it is asked for; binds parameters if so. */
  assignable(to: readonly CelType[], from: readonly CelType[]): boolean {
    const mark = this.trail.length;
    if (to.length === from.length && to.every((type, index) => this.fits(type, from[index] as CelType)))
      return true;
    while (this.trail.length > mark) {
      // The loop's condition says that there is one.
      const [name, before] = this.trail.pop() as [string, CelType | undefined];
      if (before === undefined) this.bound.delete(name);
      else this.bound.set(name, before);
    }
    return false;
  }

  private bind(param: CelType, type: CelType): void {
    this.trail.push([param.name, this.bound.get(param.name)]);
    this.bound.set(param.name, type);
  }

  /** A type with all that is known of its parameters; what is still open becomes dyn if `close`. */
  resolve(type: CelType, close: boolean): CelType {
    if (type.kind === 'typeParam') {
      const known = this.bound.get(type.name);
      if (known !== undefined) return this.resolve(known, close);
      return close ? DYN : type;
    }
    if (type.params.length === 0) return type;
    return new CelType(
      type.kind,
      type.name,
      type.params.map((param) => this.resolve(param, close)),
    );
  }

  /** The common type of two elements, or undefined where there is none. */
  join(left: CelType, right: CelType): CelType | undefined {
    if (!this.assignable([left], [right])) return undefined;
    if (left.kind === 'null_type' && !isDynOrError(right)) return right;
    return right.kind === 'null_type' && !isDynOrError(left) ? left : mostGeneral(left, right);
  }

  private fits(left: CelType, right: CelType): boolean {
    if (right.kind === 'typeParam') {
      const { valid, bound } = this.substitute(left, right);
      if (valid) return true;
      if (bound) return false;
    }
    if (left.kind === 'typeParam') return this.substitute(right, left).valid;
    if (isDynOrError(left) || isDynOrError(right)) return true;
    if (left.kind === 'null_type') return isNullable(right);
    if (right.kind === 'null_type') return isNullable(left);
    if (left.kind === 'type') return right.kind === 'type';
    return (
      left.kind === right.kind &&
      left.name === right.name &&
      left.params.length === right.params.length &&
      left.params.every((param, index) => this.fits(param, right.params[index] as CelType))
    );
  }

  /** Tries `type` for the parameter `param`; tells whether it may be, and whether the parameter was bound before. */
  private substitute(type: CelType, param: CelType): { valid: boolean; bound: boolean } {
    if (isSame(type, param)) return { valid: true, bound: true };
    const known = this.bound.get(param.name);
    if (known === undefined) {
      if (this.occurs(param, type)) return { valid: false, bound: false };
      this.bind(param, type);
      return { valid: true, bound: false };
    }
    if (isSame(type, known)) return { valid: true, bound: true };
    if (!this.fits(type, known)) return { valid: false, bound: true };
    const general = mostGeneral(type, known);
    if (!this.occurs(param, general)) this.bind(param, general);
    return { valid: true, bound: true };
  }

  private occurs(param: CelType, type: CelType): boolean {
    if (isSame(type, param)) return true;
    if (type.kind === 'typeParam') {
      const known = this.bound.get(type.name);
      return known !== undefined && this.occurs(param, known);
    }
    return type.params.some((inner) => this.occurs(param, inner));
  }
}

export function isDynOrError(type: CelType): boolean {
  return type.kind === 'dyn' || type.kind === 'error';
}

/** Whether null may stand for a value of the type. */
function isNullable(type: CelType): boolean {
  return ['null_type', 'struct', 'opaque', 'optional_type', 'timestamp', 'duration'].includes(type.kind);
}

function isSame(left: CelType, right: CelType): boolean {
  return (
    left === right ||
    (left.kind === right.kind &&
      left.name === right.name &&
      left.params.length === right.params.length &&
      left.params.every((param, index) => isSame(param, right.params[index] as CelType)))
  );
}

function mostGeneral(left: CelType, right: CelType): CelType {
  return isEqualOrLessSpecific(left, right) ? left : right;
}

function isEqualOrLessSpecific(left: CelType, right: CelType): boolean {
  if (left.kind === 'dyn' || left.kind === 'typeParam') return true;
  if (right.kind === 'dyn' || right.kind === 'typeParam') return false;
  if (left.kind !== right.kind) return false;
  if (left.kind === 'type') return true;
  return (
    left.name === right.name &&
    left.params.length === right.params.length &&
    left.params.every((param, index) => isEqualOrLessSpecific(param, right.params[index] as CelType))
  );
}
