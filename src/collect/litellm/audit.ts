import { digText } from '../../normalise/dig.ts';
import { readTime } from '../../normalise/litellm-call.ts';
import { isoText } from '../../wording.ts';
import { AnswerError } from '../service/answer-error.ts';
import type { Lot } from '../service/records.ts';
import type { Stretch } from '../service/stretches.ts';
import type { Api } from './api.ts';
import { lotsWithin, type NumberedList } from './pages.ts';
import { isUnlicensed } from './trouble.ts';

/** The list of changes in a stretch of time. */
export const auditList = ({ from, until }: Stretch): NumberedList => ({
  path: 'audit',
  rows: 'audit_logs',
  size: 'page_size',
  total: 'total',
  query: { start_date: isoText(from), end_date: isoText(until), sort_by: 'updated_at', sort_order: 'asc' },
});

/** The changes in a stretch of time, the oldest first. */
export const changesOf = (api: Api, stretch: Stretch): AsyncIterable<Lot> =>
  lotsWithin(api, auditList(stretch), stretch, row => readTime(digText(row, 'updated_at')));

/** Why a proxy has no audit log; empty when an error is about something else. */
export function whyNoAudit(error: unknown): string {
  if (!(error instanceof AnswerError)) return '';
  const { statusCode: status } = error;
  if (!isUnlicensed(error) && ![403, 404, 405].includes(status)) return '';
  return `no audit log is to be had (HTTP ${status}): it takes LiteLLM Enterprise, and a key of a proxy admin`;
}
