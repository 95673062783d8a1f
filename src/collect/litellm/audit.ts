import { isoText } from '../../wording.ts';
import { digText } from '../../normalise/dig.ts';
import { readTime } from '../../normalise/litellm-call.ts';
import { LitellmAnswerError } from './answer.ts';
import type { Api } from './api.ts';
import { type PagedList, pagesOf } from './pages.ts';
import type { Rows } from './records.ts';
import type { Stretch } from './spend.ts';
import { isUnlicensed } from './trouble.ts';

/** The list of changes in a stretch of time. */
export const auditList = ({ from, until }: Stretch): PagedList => ({
  path: 'audit',
  rows: 'audit_logs',
  size: 'page_size',
  total: 'total',
  query: { start_date: isoText(from), end_date: isoText(until), sort_by: 'updated_at', sort_order: 'asc' },
});

/** The changes in a stretch of time, the oldest first. */
export async function* changesOf(api: Api, stretch: Stretch): AsyncGenerator<Rows, void, void> {
  for await (const { rows, of } of pagesOf(api, auditList(stretch))) {
    const within = rows.filter(row => isWithin(row, stretch));
    yield { rows: within, size: (stretch.until - stretch.from) / Math.max(1, of) };
  }
}

function isWithin(row: unknown, { from, until }: Stretch): boolean {
  const at = readTime(digText(row, 'updated_at'));
  return at === undefined || (at >= from && at < until);
}

/** Why a proxy has no audit log; empty when an error is about something else. */
export function whyNoAudit(error: unknown): string {
  if (!(error instanceof LitellmAnswerError)) return '';
  const { status } = error;
  if (!isUnlicensed(error) && ![403, 404, 405].includes(status)) return '';
  return `no audit log is to be had (HTTP ${status}): it takes LiteLLM Enterprise, and a key of a proxy admin`;
}
