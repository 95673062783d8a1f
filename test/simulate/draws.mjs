/** @import { Random } from '../make/random.mjs' */

// Only operations that IEEE 754 rounds exactly, so that every machine draws the same.

/** From 0 up to, not including, 1. @param {Random} random */
export const unit = random => random.next() / 4_294_967_296;

/** @param {Random} random @param {number} low @param {number} high */
export const uniform = (random, low, high) => low + unit(random) * (high - low);

/** Heavy-tailed, from 1 on, with a tail index of 1.6. @param {Random} random */
export function pareto(random) {
  const root = Math.sqrt((random.next() + 1) / 4_294_967_296);
  return 1 / (root * Math.sqrt(Math.sqrt(root)));
}

/** How many, when so many are expected. @param {Random} random @param {number} mean */
export function poisson(random, mean) {
  if (mean <= 0) return 0;
  if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * bell(random)));
  const limit = decay(mean);
  let product = unit(random);
  let count = 0;
  for (; product > limit; count++) product *= unit(random);
  return count;
}

/** Nearly a normal variate. @param {Random} random */
function bell(random) {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += unit(random);
  return sum;
}

/** e to the power of minus x. @param {number} x */
function decay(x) {
  let power = 1 - x / 65_536;
  for (let i = 0; i < 16; i++) power *= power;
  return power;
}

/** Another order, each as likely. @template T @param {Random} random @param {readonly T[]} list @returns {T[]} */
export function shuffled(random, list) {
  const order = [...list];
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [/** @type {T} */ (order[j]), /** @type {T} */ (order[i])];
  }
  return order;
}
