import { MINUTE } from '../../simulate/time.mjs';

/** @import { Random } from '../random.mjs' */
/** @import { Book } from './book.mjs' */

/** What a gateway before Anthropic logs: of a key no more than its ends. @param {Random} random @param {Book} book @param {{ hinted: string, twins: readonly string[], hours: ReadonlyMap<string, readonly number[]> }} keys */
export function tellGateway(random, book, { hinted, twins, hours }) {
  /** @type {{ at: number, line: string }[]} */
  const lines = [];
  const tell = (/** @type {string} */ key, /** @type {readonly number[]} */ starts, /** @type {string} */ address) => {
    for (const at of starts.flatMap(start => [5, 35].map(minute => start + minute * MINUTE))) {
      const request = { ts: new Date(at).toISOString(), remote_addr: address, method: 'POST', path: '/v1/messages' };
      const answer = { status: 200, bytes_out: random.between(900, 30_000), rt: 3.2, ua: 'Anthropic/Python 0.71.0' };
      lines.push({ at, line: JSON.stringify({ ...request, ...answer, key_fp: key, request_id: random.guid() }) });
    }
  };
  const [masked, shared] = ['sk-ant-api03-R2D...igAA', 'sk-...x9AA'];
  const seen = hours.get(hinted) ?? [];
  tell(masked, seen, '192.0.2.61');
  const ambiguous = (hours.get(twins[0] ?? '') ?? []).slice(3, 9);
  tell(shared, ambiguous, '192.0.2.62');
  // The vendor counts these calls too, more of them and in longer stretches.
  book.seenAt(hinted, '192.0.2.61', seen.length * 2);
  book.amend(hinted, { alsoSeenAs: [masked], remarks: ['joined-by-hint'] });
  book.label('gateway-hint', 'its place is known from the gateway, which shows the ends of that key', [hinted]);
  book.hold({ id: shared, provider: 'proxy', kind: 'virtual-key', active: null, remarks: ['hint-fits-several'] });
  for (const at of ambiguous)
    for (const minute of [5, 35]) book.use(shared, { at: at + minute * MINUTE, address: '192.0.2.62' });
  book.label('gateway-hint-of-two', 'may be either of two keys, so it is neither', [shared, ...twins]);
  lines.sort((a, b) => a.at - b.at);
  return [{ path: 'access.jsonl', text: `${lines.map(({ line }) => line).join('\n')}\n` }];
}
