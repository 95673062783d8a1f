import type { Views } from '../../model/coverage.ts';
import { dig } from '../../normalise/dig.ts';
import { DAY } from '../../time.ts';
import { countText } from '../../wording.ts';
import type { Check, Task } from '../collector.ts';
import { checkCredentials, troubled, tryOn, untried } from '../service/checks.ts';
import { auditList, whyNoAudit } from './audit.ts';
import { type Api, isMissing, openApi } from './api.ts';
import { type Listing, LISTINGS } from './lists.ts';
import { AUDIT, SPEND } from './needs.ts';
import { pagesOf } from './pages.ts';
import { type Place, placeOf } from './place.ts';
import { probeSpend } from './spend.ts';
import { explainLitellm } from './trouble.ts';
import { type Lacks, proxyViews } from './views.ts';

/** Tries what reading a proxy takes. */
export async function* checkLitellm(source: string, task: Task): AsyncGenerator<Check, Views | null, void> {
  const place = yield* checkCredentials(() => {
    const way = placeOf(source, task);
    return { way, detail: `the key in ${way.variable}, for ${way.host}` };
  });
  if (place === null) return null;
  const api = openApi(place, task);
  const lacks: Record<keyof Lacks, string> = { spend: '', keys: '', audit: '' };
  for (const listing of LISTINGS) {
    const check = await attempt(listing.permission, listing.what, place, () => firstOf(api, listing));
    if (listing === LISTINGS[0] && check.state !== 'ok') lacks.keys = check.detail;
    yield { ...check, detail: check.state === 'ok' ? check.detail : `${listing.what}: ${check.detail}` };
  }
  const spend = await attempt(SPEND, 'calls', place, async () => SPEND_TEXT[await probeSpend(api, task.clock.now())]);
  lacks.spend = spend.state === 'ok' ? '' : spend.detail;
  yield spend;
  const audit = await attemptAudit(api, place, task.clock.now());
  lacks.audit = audit.state === 'ok' ? '' : audit.detail;
  yield audit;
  return proxyViews(lacks);
}

const SPEND_TEXT = { pages: 'the spend log, page by page', day: 'the spend log, a day at once' } as const;

/** How many rows there are, as the first page says: that asks for as little as can be. */
async function firstOf(api: Api, { path, older, query, size, total }: Listing): Promise<string> {
  const first = { ...query, page: 1, [size]: 1 };
  const answer = await api.get(path, first).catch((error: unknown) => {
    if (older === undefined || !isMissing(error)) throw error;
    return api.get(older);
  });
  const count = Array.isArray(answer) ? answer.length : dig(answer, total);
  return typeof count === 'number' ? countText(count, 'row') : 'readable';
}

const attempt = (permission: string, what: string, place: Place, ask: () => Promise<string>): Promise<Check> =>
  tryOn(
    permission,
    async () => `${what}: ${await ask()}`,
    error => explainLitellm(error, place),
  );

async function attemptAudit(api: Api, place: Place, now: number): Promise<Check> {
  try {
    await pagesOf(api, auditList({ from: now - DAY, until: now }), 1).next();
    return { what: AUDIT, state: 'ok', detail: 'the audit log can be read' };
  } catch (error) {
    const why = whyNoAudit(error);
    return why === '' ? troubled(AUDIT, explainLitellm(error, place)) : untried(AUDIT, why);
  }
}
