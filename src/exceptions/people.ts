// Whose account is whose: nobody approves with one account what they asked for with another.

/** Accounts by person, as configured. An account of nobody is a person of its own. */
export interface People {
  /** Whether two user names belong to the same person. */
  same(a: string, b: string): boolean;
}

/** People from `{jane: [jane, jane-admin]}`. An account listed under two names joins them. */
export function createPeople(accounts: Readonly<Record<string, readonly string[]>> = {}): People {
  const personOf = new Map<string, string>();
  for (const [person, names] of Object.entries(accounts)) {
    for (const name of [person, ...names]) {
      const known = personOf.get(name);
      if (known !== undefined && known !== person)
        for (const [account, owner] of personOf) if (owner === known) personOf.set(account, person);
      personOf.set(name, person);
    }
  }
  return {
    same: (a, b) => a === b || (personOf.has(a) && personOf.get(a) === personOf.get(b)),
  };
}

/** Whether a right (`group:NAME`, `user:NAME`) is one that a user of these groups has. */
export function hasRight(right: string, user: string, groups: readonly string[]): boolean {
  if (right.startsWith('user:')) return right.slice('user:'.length) === user;
  return right.startsWith('group:') && groups.includes(right.slice('group:'.length));
}
