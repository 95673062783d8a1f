import { unknownName } from '../../errors.ts';
import type { RegisterRow } from '../../model/register.ts';
import { compareText } from '../../wording.ts';

type Order = (a: RegisterRow, b: RegisterRow) => number;

/** Greatest first, and what is not known last. */
const descending =
  (get: (row: RegisterRow) => number | null): Order =>
  (a, b) => {
    const [x, y] = [get(a) ?? -1, get(b) ?? -1];
    return y - x;
  };

/** What the register can be sorted by. Its own order is by holder, and rows that are equal keep it. */
const ORDERS: Readonly<Record<string, Order>> = {
  holder: () => 0,
  age: descending(({ ageDays }) => ageDays),
  provider: (a, b) => compareText(a.provider, b.provider),
  'last-seen': descending(({ lastUsedAt }) => lastUsedAt),
  calls: descending(({ calls }) => calls),
  tokens: descending(({ tokensIn, tokensOut }) => (tokensIn === null ? null : tokensIn + (tokensOut ?? 0))),
  id: (a, b) => compareText(a.id, b.id),
};

/** The names of the orders. */
export const SORTS: readonly string[] = Object.keys(ORDERS);

/** The order of that name. */
export function orderNamed(name: string): Order {
  if (Object.hasOwn(ORDERS, name)) return ORDERS[name]!;
  throw unknownName('value of --sort', name, SORTS);
}
