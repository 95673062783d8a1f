import { DAY } from '../../simulate/time.mjs';

/**
 * What is true of a key, and so what the register must say of it. What the sources cannot show is null.
 *
 * @typedef {object} Truth
 * @property {string} id
 * @property {string} provider
 * @property {string} kind
 * @property {string} holder As people read it.
 * @property {string} owner As the provider names it.
 * @property {string} name
 * @property {string} scope
 * @property {number | null} createdAt
 * @property {number | null} expiresAt
 * @property {boolean | null} active
 * @property {readonly string[]} remarks
 * @property {readonly string[]} alsoSeenAs
 * @property {string | null} replaces
 * @property {string | null} replacedBy
 *
 * @typedef {Partial<Truth> & Pick<Truth, 'id' | 'provider' | 'kind'>} Held
 *
 * Some use, as its source records it. Calls that nobody counts are null.
 *
 * @typedef {object} Use
 * @property {number} at
 * @property {number} [last]
 * @property {number | null} [calls]
 * @property {number} [others] Anything that calls no model.
 * @property {number} [tokensIn]
 * @property {number} [tokensOut]
 * @property {number} [microUsd]
 * @property {string} [address]
 * @property {number} [noted] When its provider says that the key was last used.
 */

const NOTHING = { uses: 0, calls: 0, tokensIn: 0, tokensOut: 0, microUsd: 0 };

/** Where the addresses of the company lie, by how they begin; it declares these networks. */
const PLACES = /** @type {const} */ ([
  ['192.0.2.', 'DE', '192.0.2.0/24', 'office'],
  ['198.51.100.', 'US', '198.51.100.0/24', 'ci'],
  ['203.0.113.', 'SG', '203.0.113.0/24', 'office'],
  ['2001:db8:1:', 'FR', '2001:db8:1::/48', 'office'],
]);

export const NETWORKS = PLACES.map(([, country, cidr, kind]) => ({ cidr, name: `${kind} ${country}`, country, kind }));

/** Holds what is true of the keys while logs are written of it, apart from those logs. */
export class Book {
  /** @type {Map<string, Truth>} */
  #held = new Map();
  /** @type {Map<string, ReturnType<typeof unused>>} */
  #used = new Map();
  /** @type {import('../company.mjs').Label[]} */
  labels = [];

  /** @param {Held} held @param {{ label: string, says: string, live?: Partial<Truth> }} [planted] */
  hold(held, planted) {
    this.#held.set(held.id, { ...UNTOLD, ...held });
    if (planted !== undefined) this.label(planted.label, planted.says, [held.id], planted.live);
    return held.id;
  }

  /** @param {string} id @param {string} says @param {readonly string[]} keys @param {Partial<Truth>} [live] */
  label(id, says, keys, live = {}) {
    this.labels.push({ id, says, keys, live });
  }

  /** @param {string} id @param {Partial<Truth>} more */
  amend(id, more) {
    const held = this.#held.get(id);
    if (held !== undefined) this.#held.set(id, { ...held, ...more });
  }

  /** @param {string} id @param {Use} use */
  use(id, { at, last = at, calls = 1, others = 0, address = '', noted = last, ...counts }) {
    const used = this.#used.get(id) ?? unused();
    this.#used.set(id, used);
    const uses = (calls ?? 0) + others;
    used.uses += uses;
    used.calls += calls ?? 0;
    for (const name of /** @type {const} */ (['tokensIn', 'tokensOut', 'microUsd'])) used[name] += counts[name] ?? 0;
    if (uses > 0) used.first = Math.min(used.first, at);
    used.last = Math.max(used.last, noted);
    if (uses > 0) this.seenAt(id, address, uses);
  }

  /** Notes where a key was used, which another source may tell of the same uses. @param {string} id @param {string} address @param {number} uses */
  seenAt(id, address, uses) {
    const used = this.#used.get(id);
    if (used === undefined || address === '') return;
    const [, country = ''] = PLACES.find(([head]) => address.startsWith(head)) ?? [];
    used.places.set(country, (used.places.get(country) ?? 0) + uses);
    used.addresses.add(address);
  }

  /** When a key was last used; null when it never was. @param {string} id */
  lastUse(id) {
    return this.#used.get(id)?.last ?? null;
  }

  /** What the register must say, in order of id. @param {number} now */
  rows(now) {
    const holders = [...this.#held.values()].map(({ holder }) => holder);
    return [...this.#held.values()]
      .map(held => rowOf(held, this.#used.get(held.id) ?? null, now, holders))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}

const unused = () => ({
  ...NOTHING,
  first: Number.POSITIVE_INFINITY,
  last: Number.NEGATIVE_INFINITY,
  /** @type {Map<string, number>} */
  places: new Map(),
  /** @type {Set<string>} */
  addresses: new Set(),
});

/** @type {Omit<Truth, 'id' | 'provider' | 'kind'>} */
const UNTOLD = {
  holder: '',
  owner: '',
  name: '',
  scope: '',
  createdAt: null,
  expiresAt: null,
  active: true,
  remarks: [],
  alsoSeenAs: [],
  replaces: null,
  replacedBy: null,
};

const UNSEEN = {
  ...{ uses: null, calls: null, tokensIn: null, tokensOut: null, microUsd: null },
  ...{ places: null, networks: null },
};

/** @param {Truth} held @param {ReturnType<typeof unused> | null} used @param {number} now @param {readonly string[]} holders */
function rowOf(held, used, now, holders) {
  const isUsed = used !== null && (used.uses > 0 || used.tokensIn > 0);
  const first = used !== null && Number.isFinite(used.first) ? used.first : null;
  const since = held.createdAt ?? first;
  return {
    ...held,
    holderKeys: held.holder === '' ? 1 : holders.filter(holder => holder === held.holder).length,
    ageDays: since === null ? null : Math.floor((now - since) / DAY),
    firstUsedAt: first,
    lastUsedAt: used === null ? null : used.last,
    ...(held.remarks.includes('use-not-visible') ? UNSEEN : countsOf(used, isUsed)),
  };
}

/** Nobody counts calls, tokens, dollars or places as none that were there. @param {ReturnType<typeof unused> | null} used @param {boolean} isUsed */
function countsOf(used, isUsed) {
  const { uses, calls, tokensIn, tokensOut, microUsd } = used ?? NOTHING;
  const hasTokens = tokensIn + tokensOut > 0;
  const places = [...(used?.places ?? [])].map(([country, uses]) => ({ country, uses }));
  places.sort((a, b) => b.uses - a.uses || (a.country < b.country ? -1 : 1));
  const isPlaced = !isUsed || places.length > 0;
  return {
    uses: uses === 0 && hasTokens ? null : uses,
    calls: calls === 0 && hasTokens ? null : calls,
    tokensIn: calls > 0 && !hasTokens ? null : tokensIn,
    tokensOut: calls > 0 && !hasTokens ? null : tokensOut,
    microUsd: microUsd === 0 && (calls > 0 || hasTokens) ? null : microUsd,
    places: isPlaced ? places : null,
    networks: isPlaced ? (used?.addresses.size ?? 0) : null,
  };
}
