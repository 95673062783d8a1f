/** Something the user can mend; printed without a stack, with what to do. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly hint: string;

  constructor(message: string, hint = '') {
    super(message);
    this.hint = hint;
  }
}

/** The candidate nearest to a mistyped word, or undefined when none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(2, Math.floor(word.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** A `UserError` for an unknown name, naming the nearest valid one. */
export function unknownName(what: string, name: string, candidates: readonly string[]): UserError {
  const near = nearest(name, candidates);
  const hint = near === undefined ? `Valid: ${candidates.join(', ')}.` : `Did you mean '${near}'?`;
  return new UserError(`unknown ${what} '${name}'`, hint);
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
