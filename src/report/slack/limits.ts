import type { SlackBlock } from './block.ts';

/** Slack takes 50 blocks, and refuses a message of more than about 13,000 characters (`msg_blocks_too_long`). */
const MOST_BLOCKS = 50;
const MOST_CHARACTERS = 12_000;

/** The first blocks that fit a message beside those that are in it anyway. */
export function fitting(blocks: readonly SlackBlock[], others: readonly SlackBlock[]): readonly SlackBlock[] {
  let room = MOST_CHARACTERS - others.reduce((sum, block) => sum + sizeOf(block), 0);
  const end = blocks.findIndex(block => (room -= sizeOf(block)) < 0);
  return blocks.slice(0, Math.min(end === -1 ? blocks.length : end, MOST_BLOCKS - others.length));
}

/** How long a block is where all but ASCII is written as `\u2026`, as Slack counts it at worst. */
const sizeOf = (block: SlackBlock): number => JSON.stringify(block).replace(/[^\x20-\x7e]/g, '\\u0000').length;
