// How exceptions and break-glass stand in a decision: what was claimed, what became of it, which window applied.

/** What became of one exception that an object claims. */
export interface ClaimUse {
  /** Name of the PolicyException, id of the grant, or as much of the claim as can be shown. */
  readonly id: string;
  readonly kind: 'exception' | 'token';
  /**
   * `excepted`: it keeps a broken rule from counting. `unneeded`: its rules pass anyway. `refused`: it does not hold.
   * `idle`: it holds, but none of its rules was evaluated.
   */
  readonly result: 'excepted' | 'unneeded' | 'refused' | 'idle';
  /** A stable name of the reason it does not hold; empty where it does. */
  readonly code: string;
  /** Why it does not hold, as a phrase after its name; empty where it does. */
  readonly message: string;
  /** `policy/rule` of what was excepted, and of what did not need to be. */
  readonly excepted: readonly string[];
  readonly unneeded: readonly string[];
  /** Milliseconds since the epoch; undefined where the claim could not be read. */
  readonly expires: number | undefined;
  readonly approvedBy: string;
}

/** The emergency window a request falls into. */
export interface WindowUse {
  readonly id: string;
  readonly incident: string;
  readonly openedBy: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
  /** Policies (names) whose denials stand even in an emergency. */
  readonly except: readonly string[];
}

/** An emergency window that does not cover a request, though who asks might think so. */
export interface MissedWindow {
  readonly id: string;
  /** A phrase after its name: `locked 3 minutes ago (…)`. */
  readonly message: string;
}

/** How an exemption stands in a decision. */
export interface ExemptionRecord {
  readonly claims: readonly ClaimUse[];
  readonly window: WindowUse | undefined;
  readonly missed: MissedWindow | undefined;
  /** `policy/rule` of denials that the window overrode. */
  readonly overridden: readonly string[];
}
