// How a function library describes itself: functions with typed overloads, constants, macros and abstract types.
// A library is plain data; an environment is made of a list of them. Modelled on cel-go's `cel.Library`.
import type { CallExpr, Expr, MapEntry } from './ast.js';
import type { CelType } from './types.js';
import type { CelError, CelValue } from './values.js';

/** What a function gives back: a value, or an error value. It never throws and never returns undefined. */
export type CallResult = CelValue | CelError;
export type CelFunction = (...args: CelValue[]) => CallResult;

/** The TypeScript types of the arguments of an overload with these parameters. */
export type Arguments<P extends readonly CelType[]> = {
  -readonly [I in keyof P]: P[I] extends CelType<infer T> ? T : never;
};

/**
 * One signature of a function. The run time calls it only with arguments of the kinds its parameters name (the
 * elements of lists and maps are not checked; a parameter of type dyn or a type parameter takes anything).
 */
export interface Overload {
  /** cel-go's overload id, unique in the environment, such as `string_index_of_string`. */
  readonly id: string;
  /** Whether it is called as `a.f(b)`; `a` is then the first parameter. */
  readonly receiver: boolean;
  readonly params: readonly CelType[];
  readonly result: CelType;
  readonly call: CelFunction;
  /**
   * The run-time cost of one call, charged after it, from its arguments and result; 1 without it. Where the call
   * failed `result` is null; `ambiguous` tells that the checker could not choose this overload alone. See k8s.io/apiserver/pkg/cel/library/cost.go and cel-go's
   * interpreter/runtimecost.go.
   */
  readonly cost?: (args: readonly CelValue[], result: CelValue, ambiguous: boolean) => number;
  /**
   * False for functions that cost 1 whatever their arguments where the checker could not choose one overload: the
   * standard ones, since cel-go then does not know which was called. Libraries leave it out.
   */
  readonly costWhenAmbiguous?: false;
  /** True for the overloads the compiler has code of its own for; libraries leave it out. */
  readonly standard?: true;
  /** True where the same arguments may give different results, so that a call of constants must not be folded. */
  readonly impure?: true;
  /** True for type conversions: of a constant they cost nothing, as cel-go folds them. */
  readonly conversion?: true;
  /**
   * Called once when an expression is compiled, with the arguments that are constants (others undefined): a
   * faster function for them, or undefined. For instance a regular expression or a version parsed beforehand.
   */
  readonly specialize?: (constants: readonly (CelValue | undefined)[]) => CelFunction | undefined;
  /**
   * Called like `specialize`, by the checker: a compile-time message if the constants are wrong, as for `matches('[')`. It
   * may also judge the arguments as they are written and by their types.
   */
  readonly validate?: (
    constants: readonly (CelValue | undefined)[],
    args: readonly Expr[],
    typeOf: (arg: Expr) => CelType,
  ) => string | undefined;
}

/** A function and all its overloads; a namespaced name is written with its dots (`sets.contains`). */
export interface FunctionDeclaration {
  readonly name: string;
  readonly overloads: readonly Overload[];
}

/** A named value known when an expression is compiled. */
export interface ConstantDeclaration {
  readonly name: string;
  readonly type: CelType;
  readonly value: CelValue;
}

/** What a macro builds its expansion with; every node gets an id and the position of the macro's call. */
export interface ExprFactory {
  literal(value: string | number | boolean | null): Expr;
  ident(name: string): Expr;
  select(operand: Expr, field: string, test?: boolean): Expr;
  call(name: string, ...args: Expr[]): Expr;
  receiverCall(target: Expr, name: string, ...args: Expr[]): Expr;
  list(...elements: Expr[]): Expr;
  map(...entries: MapEntry[]): Expr;
  /** `range.map(variable, transform)` */
  mapOver(range: Expr, variable: string, transform: Expr): Expr;
  bind(name: string, init: Expr, body: Expr): Expr;
}

/** A macro that does not apply leaves the call alone; one that applies wrongly is a parse error. */
export type Expansion = Expr | MacroError | undefined;

export class MacroError {
  readonly message: string;
  /** The argument at fault; the call itself without it. */
  readonly at: Expr | undefined;
  constructor(message: string, at?: Expr) {
    this.message = message;
    this.at = at;
  }
}

/** A macro: rewrites a call while it is parsed. */
export interface Macro {
  readonly name: string;
  readonly receiver: boolean;
  /** Number of arguments without the target, or `any`. */
  readonly arity: number | 'any';
  /** Returns undefined where the call is not the macro's after all, such as `math.greatest` on another `math`. */
  readonly expand: (factory: ExprFactory, call: CallExpr) => Expansion;
}

/** An abstract type that expressions may name, such as `net.IP` or `optional_type`. */
export interface TypeDeclaration {
  readonly name: string;
  readonly type: CelType;
}

export interface Library {
  readonly name: string;
  readonly version: number;
  readonly functions: readonly FunctionDeclaration[];
  readonly constants: readonly ConstantDeclaration[];
  readonly macros: readonly Macro[];
  readonly types: readonly TypeDeclaration[];
}

/** A library from its parts; lists not given are empty, the version is 0. */
export function defineLibrary(parts: Partial<Library> & { readonly name: string }): Library {
  return { version: 0, functions: [], constants: [], macros: [], types: [], ...parts };
}

type OverloadOptions = Partial<
  Pick<Overload, 'cost' | 'costWhenAmbiguous' | 'impure' | 'conversion' | 'specialize' | 'validate'>
>;

/** A `f(a, b)` overload; the arguments of `call` are typed by `params`. */
export function overload<const P extends readonly CelType[]>(
  id: string,
  params: P,
  result: CelType,
  call: (...args: Arguments<P>) => CallResult,
  options: OverloadOptions = {},
): Overload {
  // The run time passes arguments of the kinds `params` names, so the call is applied only where it is typed for.
  return {
    id,
    receiver: false,
    params,
    result,
    call: call as unknown as CelFunction,
    ...options,
  } as Overload;
}

/** An `a.f(b)` overload; `params` and the arguments of `call` begin with the type of `a`. */
export function receiver<const P extends readonly CelType[]>(
  id: string,
  params: P,
  result: CelType,
  call: (...args: Arguments<P>) => CallResult,
  options: OverloadOptions = {},
): Overload {
  return { ...overload(id, params, result, call, options), receiver: true };
}

/** A function from its overloads: `fn('size', overload(...), receiver(...))`. */
export function fn(name: string, ...overloads: readonly Overload[]): FunctionDeclaration {
  return { name, overloads };
}

/** The function as the core's own: see `Overload.standard` and `Overload.costWhenAmbiguous`. */
export function asStandard(declared: FunctionDeclaration): FunctionDeclaration {
  const overloads = declared.overloads.map(
    (each): Overload => ({ ...each, standard: true, costWhenAmbiguous: false }),
  );
  return { name: declared.name, overloads };
}
