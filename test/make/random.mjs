/** A seeded stream of integers: 32-bit integer arithmetic alone, so it is the same on every machine and version. */
export class Random {
  #seed;
  #state;

  /** @param {string} seed */
  constructor(seed) {
    this.#seed = seed;
    this.#state = Int32Array.from([1, 2, 3, 4], salt => hash(seed, salt));
  }

  /** An independent stream: what one part draws never moves another. @param {string | number} name */
  fork(name) {
    return new Random(`${this.#seed}/${name}`);
  }

  /** An integer of 32 bits, never negative. */
  next() {
    const s = this.#state;
    const drawn = Math.imul(rotate(Math.imul(at(s, 1), 5), 7), 9);
    const shifted = at(s, 1) << 9;
    s[2] = at(s, 2) ^ at(s, 0);
    s[3] = at(s, 3) ^ at(s, 1);
    s[1] = at(s, 1) ^ at(s, 2);
    s[0] = at(s, 0) ^ at(s, 3);
    s[2] = at(s, 2) ^ shifted;
    s[3] = rotate(at(s, 3), 11);
    return drawn >>> 0;
  }

  /** An integer from 0 to below the limit. @param {number} limit */
  below(limit) {
    return this.next() % limit;
  }

  /** An integer from low to high, both included. @param {number} low @param {number} high */
  between(low, high) {
    return low + this.below(high - low + 1);
  }

  /** True so many times in a thousand. @param {number} perMille */
  chance(perMille) {
    return this.below(1000) < perMille;
  }

  /** One of the list. @template T @param {readonly T[]} list @returns {T} */
  pick(list) {
    return /** @type {T} */ (list[this.below(list.length)]);
  }

  /** Text of the alphabet's characters. @param {string} alphabet @param {number} length */
  text(alphabet, length) {
    let text = '';
    for (let i = 0; i < length; i++) text += alphabet[this.below(alphabet.length)];
    return text;
  }

  /** Eight hexadecimal digits. */
  hex() {
    return this.next().toString(16).padStart(8, '0');
  }

  /** An identifier of version 4. */
  guid() {
    const [a, b, c, d] = [this.hex(), this.hex(), this.hex(), this.hex()];
    return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${'89ab'[this.next() & 3]}${c.slice(1, 4)}-${c.slice(4)}${d}`;
  }

  /** As many instants within a stretch, in order. @param {number} from @param {number} length @param {number} count */
  instants(from, length, count) {
    const seconds = Math.floor(length / 1000);
    return Array.from({ length: count }, () => from + this.below(seconds) * 1000).sort((a, b) => a - b);
  }
}

/** @param {Int32Array} words @param {number} index */
function at(words, index) {
  return /** @type {number} */ (words[index]);
}

/** @param {number} word @param {number} bits */
function rotate(word, bits) {
  return (word << bits) | (word >>> (32 - bits));
}

/** @param {string} text @param {number} salt */
function hash(text, salt) {
  let word = Math.imul(salt, 0x9e3779b1);
  for (let i = 0; i < text.length; i++) word = Math.imul(rotate(word ^ text.charCodeAt(i), 5), 0x85ebca6b) + salt;
  word ^= word >>> 16;
  word = Math.imul(word, 0x7feb352d);
  word ^= word >>> 15;
  word = Math.imul(word, 0x846ca68b);
  return word ^ (word >>> 16);
}
