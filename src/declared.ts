import type { Everyone } from './everyone.ts';
import { modelFamily } from './facets/models.ts';
import { parseAddress } from './geo/address.ts';
import { declareNetworks } from './geo/networks.ts';
import { globs, isGlob } from './glob.ts';
import { isStatic } from './kinds.ts';
import type { Ledger } from './ledger.ts';
import type { Credential } from './model/credential.ts';
import type { Declared, DeclaredHolder, HolderTerms } from './model/declared.ts';
import { addressIn } from './register/holders.ts';
import { joinsIn } from './register/joins.ts';
import { usageIn } from './register/usage.ts';

/** Holds the declared register against what a ledger knows; null where nothing is declared. */
export function declaredIn(holders: readonly DeclaredHolder[], ledger: Ledger, everyone: Everyone): Declared | null {
  if (holders.length === 0) return null;
  const { byName } = joinsIn(everyone, usageIn(ledger).work);
  const book: Book = {
    credential: id => everyone.credential(id),
    keyOf: id => byName.get(id)?.into ?? id,
  };
  const terms = holders.map(termsOf);
  const find = finderOf(terms);
  const known = new Map<string, HolderTerms | null>();
  return {
    holders: terms,
    holderOf(id) {
      const held = known.get(id);
      if (held !== undefined) return held;
      const found = holderIn(id, book, find);
      known.set(id, found);
      return found;
    },
    otherNameOf: id => byName.get(id),
  };
}

/** What is known of credentials, and which of them are but other names. */
interface Book {
  credential(id: string): Credential | undefined;
  keyOf(id: string): string;
}

/** All that a credential can be declared by. */
interface Names {
  readonly keys: readonly string[];
  readonly principals: readonly string[];
}

type Find = (names: Names) => HolderTerms | null;

/** A key is derived from another, which was lent by a role; anything much longer goes round in a circle. */
const MOST_STEPS = 8;

/** By its own names, else by those of the credential that it was derived from. */
function holderIn(id: string, book: Book, find: Find): HolderTerms | null {
  let at = id;
  for (let step = 0; step < MOST_STEPS && at !== ''; step++) {
    const found = find(namesOf(at, book));
    if (found !== null) return found;
    at = book.credential(at)?.parent ?? book.credential(book.keyOf(at))?.parent ?? '';
  }
  return null;
}

function namesOf(id: string, book: Book): Names {
  const all = [...new Set([id, book.keyOf(id)])].map(
    one => book.credential(one) ?? { id: one, name: '', owner: '', kind: 'unknown' as const },
  );
  return {
    keys: all.flatMap(({ id, name = '' }) => (name === '' ? [id] : [id, name])),
    principals: all.flatMap(credential => principalsOf(credential, book)),
  };
}

/** Who holds a credential, who holds that, and so on: a key is a member's, a member is a person. */
function principalsOf({ id, owner, kind }: Pick<Credential, 'id' | 'owner' | 'kind'>, book: Book): string[] {
  const found = new Set<string>(isStatic(kind) ? [] : [id]);
  for (let at = owner; at !== '' && !found.has(at) && found.size < MOST_STEPS;) {
    found.add(at);
    const principal = book.credential(at);
    at = principal === undefined || isStatic(principal.kind) ? '' : principal.owner;
  }
  const names = [...found].flatMap(name => [name, withoutSort(name), addressIn(name)]);
  return [...new Set(names)].filter(name => name !== '');
}

/** As people write it who do not know that it is kept with what sort it is of. */
const withoutSort = (name: string): string => name.replace(/^(?:user|app)\//, '');

/** What stands for itself comes before globs, and a key before whoever holds it; of equals the first that is declared. */
function finderOf(terms: readonly HolderTerms[]): Find {
  const levels = (['keys', 'principals'] as const).flatMap(field =>
    [false, true].map(isWide => {
      const fitting = terms.map(holder => ({
        holder,
        fits: globs((holder[field] ?? []).filter(pattern => isGlob(pattern) === isWide)),
      }));
      return (names: Names) => fitting.find(({ fits }) => names[field].some(fits))?.holder;
    }),
  );
  return names => {
    for (const level of levels) {
      const found = level(names);
      if (found !== undefined) return found;
    }
    return null;
  };
}

function termsOf(declared: DeclaredHolder): HolderTerms {
  const { cidrs = [], endpoints = [], models = [] } = declared;
  const ranges = cidrs.map(cidr => declareNetworks([{ cidr, name: cidr, country: '', kind: 'office' }]));
  const [fitsEndpoint, fitsModel, fitsFamily] = [globs(endpoints), globs(models), globs(models.map(modelFamily))];
  return {
    ...declared,
    holdsAddress(text) {
      const address = parseAddress(text);
      if (address === null) return null;
      const { carried } = address;
      const isHeld = ranges.some(find => (find(address) ?? (carried && find(carried))) != null);
      return isHeld || (address.range === 'private' ? null : false);
    },
    allowsEndpoint: names => names.some(fitsEndpoint),
    allowsModel: (model, isFamily) =>
      fitsModel(model) || fitsModel(modelFamily(model)) || (isFamily && fitsFamily(model)),
  };
}
