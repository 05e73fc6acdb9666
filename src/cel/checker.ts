// The type checker: gives every node a type, every name what it stands for, every call its overloads. Longer than a page
// because the rules are one walk over the tree. Source of truth:
// google/cel-spec, doc/langdef.md ("Gradual type checking", "Name Resolution") and cel-go's checker/checker.go.
import type {
  BindExpr,
  CallExpr,
  ComprehensionExpr,
  Expr,
  IdentExpr,
  ListExpr,
  MapExpr,
  SelectExpr,
} from './ast.js';
import { type Constant, candidateNames, type Environment, type Variable } from './environment.js';
import { mixedLiterals } from './homogeneity.js';
import { Inference, isDynOrError } from './inference.js';
import type { FunctionDeclaration, Overload } from './library.js';
import { displayName, OPERATORS } from './operators.js';
import { qualifiedName } from './parser.js';
import { type Problem, problemAt } from './source.js';
import type { FieldDeclaration } from './structs.js';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DYN,
  ERROR,
  INT,
  listType,
  mapType,
  NULL,
  optionalType,
  STRING,
  UINT,
} from './types.js';

/** A variable of a comprehension or binding. */
export interface Local {
  readonly kind: 'local';
  readonly name: string;
  readonly type: CelType;
}

/** What a name stands for. */
export type Reference =
  | { readonly kind: 'variable'; readonly variable: Variable }
  | { readonly kind: 'constant'; readonly constant: Constant }
  | Local;

/** What a call may call; `args` begin with the target of a receiver call, and lack that of a namespaced one. */
export interface ResolvedCall {
  readonly function: string;
  readonly receiver: boolean;
  readonly overloads: readonly Overload[];
  readonly args: readonly Expr[];
}

/** An expression that checked. */
export interface CheckedExpr {
  readonly expr: Expr;
  readonly type: CelType;
  typeOf(expr: Expr): CelType;
  /** For identifiers, and for selections that as a whole name a variable or constant. */
  referenceOf(expr: Expr): Reference | undefined;
  callOf(expr: CallExpr): ResolvedCall | undefined;
  /** The declared field a selection reads, where its operand is of a declared object type. */
  fieldOf(expr: Expr): FieldDeclaration | undefined;
  /** The locals a comprehension or binding declares, in the order of its variables. */
  localsOf(expr: ComprehensionExpr | BindExpr): readonly Local[];
}

export type CheckResult = { ok: true; checked: CheckedExpr } | { ok: false; problems: readonly Problem[] };

/** Checks an expression; all problems found, in the order of the source. */
export function check(environment: Environment, source: string, expr: Expr): CheckResult {
  return new Checker(environment, source, false).run(expr);
}

/**
 * Resolves names and calls as far as possible and takes every type for dynamic: what is wrong shows when evaluated, as
 * CEL allows for expressions that are only parsed.
 */
export function resolveUnchecked(environment: Environment, source: string, expr: Expr): CheckedExpr {
  const result = new Checker(environment, source, true).run(expr);
  if (!result.ok) throw new TypeError('an unchecked expression has no problems');
  return result.checked;
}

/** Problems reported of one expression; more would only cost time. */
const MAX_PROBLEMS = 30;

class Checker {
  private readonly types = new Map<Expr, CelType>();
  private readonly references = new Map<Expr, Reference>();
  private readonly calls = new Map<Expr, ResolvedCall>();
  private readonly fields = new Map<Expr, FieldDeclaration>();
  private readonly locals = new Map<Expr, readonly Local[]>();
  private readonly inference = new Inference();
  private readonly problems: Problem[] = [];
  private readonly environment: Environment;
  private readonly source: string;
  private scope: readonly Local[] = [];

  private readonly lenient: boolean;

  constructor(environment: Environment, source: string, lenient: boolean) {
    this.environment = environment;
    this.source = source;
    this.lenient = lenient;
  }

  run(expr: Expr): CheckResult {
    this.check(expr);
    const typeOf = (node: Expr) => this.inference.resolve(this.types.get(node) ?? DYN, true);
    if (this.environment.options.homogeneousLiterals && this.problems.length === 0) {
      for (const { at, message } of mixedLiterals(expr, typeOf)) this.report(at, message);
    }
    if (this.problems.length > 0) {
      return { ok: false, problems: this.problems.sort((left, right) => left.offset - right.offset) };
    }
    const checked: CheckedExpr = {
      expr,
      type: typeOf(expr),
      typeOf,
      referenceOf: (node) => this.references.get(node),
      callOf: (node) => this.calls.get(node),
      fieldOf: (node) => this.fields.get(node),
      localsOf: (node) => this.locals.get(node) ?? [],
    };
    return { ok: true, checked };
  }

  private report(at: Expr, message: string): CelType {
    if (this.lenient) return DYN;
    if (this.problems.length < MAX_PROBLEMS) this.problems.push(problemAt(this.source, at.at, message));
    return ERROR;
  }

  private show(type: CelType): string {
    return this.inference.resolve(type, true).toString();
  }

  private check(expr: Expr): CelType {
    const type = this.infer(expr);
    this.types.set(expr, type);
    return type;
  }

  private infer(expr: Expr): CelType {
    switch (expr.kind) {
      case 'literal':
        return { null: NULL, bool: BOOL, string: STRING, bytes: BYTES, int: INT, uint: UINT, double: DOUBLE }[
          expr.type
        ];
      case 'ident':
        return this.ident(expr);
      case 'select':
        return this.select(expr);
      case 'call':
        return this.call(expr);
      case 'list':
        return this.list(expr);
      case 'map':
        return this.map(expr);
      case 'struct':
        for (const field of expr.fields) this.check(field.value);
        return this.environment.constants.has(expr.name)
          ? this.report(expr, `'${expr.name}' is not a message type`)
          : this.report(expr, this.undeclared(expr.name));
      case 'comprehension':
        return this.comprehension(expr);
      case 'bind': {
        const local: Local = { kind: 'local', name: expr.name, type: this.check(expr.init) };
        this.locals.set(expr, [local]);
        return this.within([local], () => this.check(expr.body));
      }
    }
  }

  private within<T>(locals: readonly Local[], body: () => T): T {
    const outer = this.scope;
    this.scope = [...outer, ...locals];
    const result = body();
    this.scope = outer;
    return result;
  }

  private undeclared(name: string): string {
    return `undeclared reference to '${name}' (in container '${this.environment.options.container}')`;
  }

  private local(name: string): Local | undefined {
    return this.scope.findLast((local) => local.name === name);
  }

  /** What a name of the environment stands for. */
  private lookup(name: string): Reference | undefined {
    for (const candidate of candidateNames(this.environment.options.container, name)) {
      const variable = this.environment.variables.get(candidate);
      if (variable !== undefined) return { kind: 'variable', variable };
      const constant = this.environment.constants.get(candidate);
      if (constant !== undefined) return { kind: 'constant', constant };
    }
    return undefined;
  }

  private refer(expr: Expr, reference: Reference): CelType {
    this.references.set(expr, reference);
    if (reference.kind === 'variable') return reference.variable.type;
    return reference.kind === 'constant' ? reference.constant.type : reference.type;
  }

  private ident(expr: IdentExpr): CelType {
    const reference = this.local(expr.name) ?? this.lookup(expr.name);
    return reference === undefined
      ? this.report(expr, this.undeclared(expr.name))
      : this.refer(expr, reference);
  }

  private select(expr: SelectExpr): CelType {
    const name = this.qualified(expr);
    const reference = name === undefined ? undefined : this.lookup(name);
    if (reference !== undefined) return this.refer(expr, reference);
    // has(variables.x), where the path is itself a declared variable: it is there.
    if (expr.test) {
      const operand = this.qualified(expr.operand);
      const tested = operand === undefined ? undefined : this.lookup(`${operand}.${expr.field}`);
      if (tested !== undefined) {
        this.refer(expr, tested);
        return BOOL;
      }
    }
    const missing = name === undefined ? undefined : this.undefinedPath(expr, name);
    if (missing !== undefined) return missing;
    const operand = this.inference.resolve(this.check(expr.operand), false);
    const optional = operand.kind === 'optional_type';
    // An optional type has its content as parameter.
    const target = optional ? this.inference.resolve(operand.params[0] as CelType, false) : operand;
    const field = this.field(expr, target, expr.field);
    if (expr.test) return BOOL;
    return optional ? optionalType(field) : field;
  }

  /** The dotted name of a chain that no local variable begins. */
  private qualified(expr: Expr): string | undefined {
    const name = qualifiedName(expr);
    const root = name?.split('.', 1)[0];
    return root === undefined || root === '' || this.local(root) === undefined ? name : undefined;
  }

  /** `variables.y` where only other paths below `variables` are declared: the field is undefined, not the root. */
  private undefinedPath(expr: SelectExpr, name: string): CelType | undefined {
    if (expr.operand.kind !== 'ident' || this.lookup(expr.operand.name) !== undefined) return undefined;
    const prefix = name.slice(0, name.lastIndexOf('.') + 1);
    const known = [...this.environment.variables.keys()].some((variable) => variable.startsWith(prefix));
    return known ? this.report(expr, `undefined field '${expr.field}'`) : undefined;
  }

  private field(expr: Expr, target: CelType, field: string): CelType {
    switch (target.kind) {
      case 'map':
        // A map type has key and value as parameters.
        return target.params[1] as CelType;
      case 'struct': {
        const declared = this.environment.structs.get(target.name)?.fields.get(field);
        if (declared === undefined) return this.report(expr, `undefined field '${field}'`);
        this.fields.set(expr, declared);
        return declared.type;
      }
      case 'typeParam':
        this.inference.assignable([DYN], [target]);
        return DYN;
      default:
        if (isDynOrError(target)) return DYN;
        return this.report(expr, `type '${this.show(target)}' does not support field selection`);
    }
  }

  private call(expr: CallExpr): CelType {
    if (expr.function === OPERATORS.optionalSelect) return this.optionalSelect(expr);
    if (expr.function === OPERATORS.and || expr.function === OPERATORS.or) {
      for (const arg of expr.args) this.assertBool(arg);
      return BOOL;
    }
    if (expr.target === undefined) {
      const declared = this.lookupFunction(expr.function);
      const args = expr.args.map((arg) => this.check(arg));
      if (declared === undefined) return this.report(expr, this.undeclared(expr.function));
      return this.resolve(expr, declared, false, expr.args, args);
    }
    const prefix = this.qualified(expr.target);
    const namespaced = prefix === undefined ? undefined : this.lookupFunction(`${prefix}.${expr.function}`);
    if (namespaced !== undefined) {
      const args = expr.args.map((arg) => this.check(arg));
      return this.resolve(expr, namespaced, false, expr.args, args);
    }
    const args = [expr.target, ...expr.args];
    const types = args.map((arg) => this.check(arg));
    const declared = this.lookupFunction(expr.function);
    if (declared === undefined) return this.report(expr, this.undeclared(expr.function));
    return this.resolve(expr, declared, true, args, types);
  }

  private assertBool(expr: Expr): void {
    const type = this.check(expr);
    if (!this.inference.assignable([BOOL], [type])) {
      this.report(expr, `expected type 'bool' but found '${this.show(type)}'`);
    }
  }

  private lookupFunction(name: string): FunctionDeclaration | undefined {
    for (const candidate of candidateNames(this.environment.options.container, name)) {
      const declared = this.environment.functions.get(candidate);
      if (declared !== undefined) return declared;
    }
    return undefined;
  }

  private resolve(
    expr: CallExpr,
    declared: FunctionDeclaration,
    receiver: boolean,
    args: readonly Expr[],
    types: readonly CelType[],
  ): CelType {
    const matching: Overload[] = [];
    let result: CelType | undefined;
    for (const overload of declared.overloads) {
      if (overload.receiver !== receiver || overload.params.length !== args.length) continue;
      const [overloadResult, ...params] = this.inference.instantiate([overload.result, ...overload.params]);
      if (!this.inference.assignable(params, types)) continue;
      matching.push(overload);
      // `instantiate` gives back as many types as it is given.
      const found = this.inference.resolve(overloadResult as CelType, false);
      if (result === undefined) result = found;
      else if (!isDynOrError(result) && result.toString() !== found.toString()) result = DYN;
    }
    if (result === undefined) {
      if (this.lenient) {
        const overloads = declared.overloads.filter(
          (overload) => overload.receiver === receiver && overload.params.length === args.length,
        );
        if (overloads.length > 0)
          this.calls.set(expr, { function: declared.name, receiver, overloads, args });
        return DYN;
      }
      if (types.some((type) => type.kind === 'error')) return ERROR;
      const shown = types.map((type) => this.show(type));
      const applied = receiver ? `${shown[0]}.(${shown.slice(1).join(', ')})` : `(${shown.join(', ')})`;
      return this.report(
        expr,
        `found no matching overload for '${displayName(declared.name)}' applied to '${applied}'`,
      );
    }
    this.calls.set(expr, { function: declared.name, receiver, overloads: matching, args });
    this.validate(expr, matching, args);
    return result;
  }

  /** What the overloads themselves have against constant arguments. */
  private validate(expr: CallExpr, overloads: readonly Overload[], args: readonly Expr[]): void {
    if (!this.environment.options.validateLiterals || overloads.length !== 1) return;
    const constants = args.map((arg) => (arg.kind === 'literal' ? arg.value : undefined));
    const typeOf = (arg: Expr) => this.inference.resolve(this.types.get(arg) ?? DYN, true);
    const message = overloads[0]?.validate?.(constants, args, typeOf);
    if (message !== undefined) this.report(args.find((arg) => arg.kind === 'literal') ?? expr, message);
  }

  private optionalSelect(expr: CallExpr): CelType {
    const [target, name] = expr.args;
    const type = this.inference.resolve(this.check(target as Expr), false);
    const inner =
      type.kind === 'optional_type' ? this.inference.resolve(type.params[0] as CelType, false) : type;
    if (name?.kind !== 'literal' || typeof name.value !== 'string') {
      return this.report(expr, 'unsupported optional field selection');
    }
    this.types.set(name, STRING);
    return optionalType(this.field(expr, inner, name.value));
  }

  private list(expr: ListExpr): CelType {
    let joined: CelType | undefined;
    expr.elements.forEach((element, index) => {
      const type = this.optionalContent(element, expr.optional.has(index));
      joined = joined === undefined ? type : this.join(joined, type);
    });
    return listType(joined ?? this.inference.freshParam());
  }

  private map(expr: MapExpr): CelType {
    let key: CelType | undefined;
    let value: CelType | undefined;
    for (const entry of expr.entries) {
      const keyType = this.check(entry.key);
      key = key === undefined ? keyType : this.join(key, keyType);
      const valueType = this.optionalContent(entry.value, entry.optional);
      value = value === undefined ? valueType : this.join(value, valueType);
    }
    return mapType(key ?? this.inference.freshParam(), value ?? this.inference.freshParam());
  }

  /** The type of an element; written `?element` it must be an optional, and counts as its content. */
  private optionalContent(element: Expr, optional: boolean): CelType {
    const type = this.check(element);
    if (!optional) return type;
    const resolved = this.inference.resolve(type, false);
    if (resolved.kind === 'optional_type') return resolved.params[0] as CelType;
    if (isDynOrError(resolved)) return DYN;
    return this.report(
      element,
      `expected type 'optional_type(${this.show(type)})' but found '${this.show(type)}'`,
    );
  }

  private join(known: CelType, type: CelType): CelType {
    return this.inference.join(known, type) ?? DYN;
  }

  private comprehension(expr: ComprehensionExpr): CelType {
    const range = this.inference.resolve(this.check(expr.range), false);
    let [key, value]: [CelType, CelType] = [DYN, DYN];
    if (range.kind === 'list') [key, value] = [INT, range.params[0] as CelType];
    else if (range.kind === 'map') [key, value] = [range.params[0] as CelType, range.params[1] as CelType];
    else if (range.kind === 'typeParam') this.inference.assignable([DYN], [range]);
    else if (!isDynOrError(range)) {
      this.report(
        expr.range,
        `expression of type '${this.show(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
      );
    }
    const element = range.kind === 'map' ? key : value;
    const types = expr.variables.length === 1 ? [element] : [key, value];
    const locals = expr.variables.map(
      (name, index): Local => ({ kind: 'local', name, type: types[index] as CelType }),
    );
    this.locals.set(expr, locals);
    return this.within(locals, () => {
      if (expr.condition !== undefined) this.assertBool(expr.condition);
      const transform = expr.transform === undefined ? undefined : this.check(expr.transform);
      switch (expr.comprehension) {
        case 'all':
        case 'exists':
        case 'exists_one':
          return BOOL;
        case 'filter':
          return listType(element);
        case 'map':
        case 'transformList':
          return listType(transform ?? ERROR);
        case 'transformMap':
          return mapType(key, transform ?? ERROR);
        case 'transformMapEntry': {
          const made = this.inference.resolve(transform ?? ERROR, false);
          if (made.kind === 'map' || isDynOrError(made)) return made;
          return this.report(
            expr.transform ?? expr,
            `expected type 'map(dyn, dyn)' but found '${this.show(made)}'`,
          );
        }
      }
    });
  }
}
