// The values an evaluation reads and the state it keeps: one object, so that evaluating allocates nothing. Inside,
// an error is `undefined` with the error in `error`: the cheapest test there is, and JSON has no undefined.
import type { Environment } from './environment.js';
import { CelError, type CelValue, celError } from './values.js';

/** What evaluating may cost, kept by the caller across the expressions of one request. */
export interface Budget {
  /** Most that all evaluations together may spend, in Kubernetes' cost units. */
  readonly limit: number;
  /** Spent so far; every evaluation adds to it. */
  spent: number;
  /** Most that one evaluation may spend. */
  readonly expressionLimit: number;
  /** A clock in milliseconds, and the time on it from which evaluations are broken off. */
  readonly deadline?: { readonly now: () => number; readonly at: number };
}

/** Kubernetes' limits (k8s.io/apiserver/pkg/apis/cel/config.go). */
export const COST_LIMITS = {
  perExpression: 1_000_000,
  perBinding: 10_000_000,
  matchConditions: 2_500_000,
} as const;

/** A budget with nothing spent; by default that of one binding of a ValidatingAdmissionPolicy. */
export function createBudget(options: Partial<Omit<Budget, 'spent'>> = {}): Budget {
  return { limit: COST_LIMITS.perBinding, expressionLimit: COST_LIMITS.perExpression, ...options, spent: 0 };
}

export const COST_EXCEEDED = 'operation cancelled: actual cost limit exceeded';
export const BUDGET_EXCEEDED =
  'validation failed due to running out of cost budget, no further validation rules will be run';
export const DEADLINE_EXCEEDED = 'operation interrupted';

/** A value computed when first read, and then kept; the function is called at most once. */
export class Lazy {
  private state: { readonly compute: () => CelValue | CelError } | { readonly value: CelValue | CelError };

  constructor(compute: () => CelValue | CelError) {
    this.state = { compute };
  }

  /** The value, or the error that computing it gave. A value that needs itself is an error. */
  force(): CelValue | CelError {
    if ('value' in this.state) return this.state.value;
    const { compute } = this.state;
    this.state = { value: celError('a lazily evaluated variable depends on itself') };
    const value = compute();
    this.state = { value };
    return value;
  }
}

/** What a variable may be given. */
export type Input = CelValue | Lazy | undefined;

/** Between this much cost, comprehensions look at the clock. */
const DEADLINE_INTERVAL = 1_000;

/** The compiled form of an expression: a value, or undefined with the error in the activation. */
export type Run = (activation: Activation) => CelValue | undefined;

/** Variables by slot, those of comprehensions included, and the state of the evaluation under way. */
export class Activation {
  /** Local variables of compiled code first (`LOCAL_SLOTS` of them), then those of the environment. */
  readonly slots: Input[];
  readonly environment: Environment;
  cost = 0;
  /** The cost at which evaluation is broken off. */
  limit = 0;
  error: CelError | undefined = undefined;
  /** Set while a program runs, so that one started by a lazy variable gets its own state. */
  busy = false;
  private budget: Budget | undefined = undefined;
  private interrupted = false;

  constructor(environment: Environment, slots: Input[]) {
    this.environment = environment;
    this.slots = slots;
  }

  /** Gives a declared variable another value; the name must be declared in the activation's environment. */
  set(name: string, value: Input): void {
    const variable = this.environment.variables.get(name);
    if (variable === undefined) throw new TypeError(`'${name}' is not a variable of this environment`);
    if (value instanceof Lazy && !variable.lazy) throw new TypeError(`'${name}' is not declared lazy`);
    this.slots[variable.slot] = value;
  }

  /** Runs compiled code within a budget; `fixedCost` is what it costs whatever the data. */
  evaluate(run: Run, fixedCost: number, budget: Budget): CelValue | CelError {
    if (this.busy)
      return new Activation(this.environment, this.slots.slice()).evaluate(run, fixedCost, budget);
    this.busy = true;
    this.cost = fixedCost;
    this.error = undefined;
    this.budget = budget;
    this.limit = Math.min(budget.expressionLimit, budget.limit - budget.spent);
    if (budget.deadline !== undefined) this.limit = Math.min(this.limit, DEADLINE_INTERVAL);
    const value = this.attempt(run);
    const stopped = this.cost > this.limit && this.exhausted();
    this.busy = false;
    budget.spent += this.cost;
    if (stopped) return this.exhaustion(budget);
    return value !== undefined ? value : (this.error ?? celError('no such attribute(s)'));
  }

  private attempt(run: Run): CelValue | undefined {
    try {
      return run(this);
    } catch (error) {
      // Data nested deeper than the stack, or a string longer than JavaScript has: both RangeErrors, and nothing else is
      // expected here.
      if (!(error instanceof RangeError)) throw error;
      this.error = celError('evaluation nests too deeply or needs too much memory');
      return undefined;
    }
  }

  /**
   * Called where the cost has passed the limit: whether to stop. It is how the deadline is looked at too: with one,
   * the limit is raised in steps, each of which reads the clock.
   */
  exhausted(): boolean {
    const budget = this.budget;
    if (budget === undefined || this.interrupted) return true;
    const limit = Math.min(budget.expressionLimit, budget.limit - budget.spent);
    if (this.cost > limit) return true;
    if (budget.deadline === undefined) return false;
    if (budget.deadline.now() >= budget.deadline.at) {
      this.interrupted = true;
      return true;
    }
    this.limit = Math.min(limit, this.cost + DEADLINE_INTERVAL);
    return false;
  }

  private exhaustion(budget: Budget): CelError {
    if (this.interrupted) {
      this.interrupted = false;
      return celError(DEADLINE_EXCEEDED);
    }
    return celError(this.cost > budget.expressionLimit ? COST_EXCEEDED : BUDGET_EXCEEDED);
  }

  /** Ends the evaluation of an operand with an error. */
  fail(message: string): undefined {
    this.error = new CelError(message);
    return undefined;
  }
}

/** An activation with these variables; the others are absent. A name that is not declared is a bug, and thrown. */
export function createActivation(
  environment: Environment,
  values: Readonly<Record<string, Input>>,
): Activation {
  const slots = new Array<Input>(environment.slots).fill(undefined);
  const activation = new Activation(environment, slots);
  for (const [name, value] of Object.entries(values)) activation.set(name, value);
  return activation;
}
