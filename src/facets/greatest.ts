/** An amount of someone, known from a time on. */
export interface Known {
  readonly from: number;
  readonly id: string;
  readonly amount: number;
}

/** The two greatest amounts known at a time, of two ids, so that the greatest of all *others* is known for each. */
interface TopTwo {
  readonly from: number;
  readonly id: string;
  readonly first: number;
  readonly second: number;
}

/** Answers, for any time and id, what the greatest amount was that was known of any other id by then; 0 when none. */
export function greatestOther(known: readonly Known[]): (time: number, id: string) => number {
  const steps: TopTwo[] = [];
  for (const { from, id, amount } of [...known].sort((a, b) => a.from - b.from)) {
    const top = steps.at(-1);
    const next = include(top ?? { id: '', first: 0, second: 0 }, id, amount);
    if (next !== null) steps.push({ ...next, from });
  }
  return (time, id) => {
    const top = steps[countUntil(steps, time) - 1];
    if (top === undefined) return 0;
    return top.id === id ? top.second : top.first;
  };
}

/** Null when nothing changes. */
function include({ id: holder, first, second }: Omit<TopTwo, 'from'>, id: string, amount: number) {
  if (amount > first) return { id, first: amount, second: id === holder ? second : first };
  return id !== holder && amount > second ? { id: holder, first, second: amount } : null;
}

/** How many steps begin at or before a time. */
function countUntil(steps: readonly TopTwo[], time: number): number {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle]!.from <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}
