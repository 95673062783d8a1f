import type Anthropic from '@anthropic-ai/sdk';
import { UserError } from '../../errors.ts';
import { MINUTE } from '../../time.ts';
import type { Task } from '../collector.ts';
import { readBase } from '../service/base-url.ts';
import { openFetch } from '../service/fetch.ts';
import type { Secret } from './keys.ts';

/** An answer that takes longer is none. */
const TIMEOUT = 2 * MINUTE;

/** The SDK's own client, which reads and does nothing else: it neither tries again by itself nor logs. */
export async function openClient({ sort, text }: Secret, task: Task): Promise<Anthropic> {
  const baseURL = baseIn(task);
  const { default: Client } = await import('@anthropic-ai/sdk');
  const token = { token: text, expiresAt: null };
  return new Client({
    baseURL: baseURL.href.replace(/\/+$/, ''),
    ...(sort === 'key' ? { apiKey: text } : { credentials: () => Promise.resolve(token) }),
    // Unless it is null, the environment is asked for it.
    webhookKey: null,
    fetch: await openFetch(),
    maxRetries: 0,
    timeout: TIMEOUT,
    logLevel: 'off',
    openTelemetry: false,
    defaultHeaders: { 'user-agent': `keyward/${task.version}` },
  });
}

/** Where Anthropic answers. */
export function baseIn({ env }: Task): URL {
  const { url, flaw } = readBase((env['ANTHROPIC_BASE_URL'] ?? '').trim() || 'https://api.anthropic.com');
  if (url !== null && flaw === '') return url;
  throw new UserError('ANTHROPIC_BASE_URL is no address that a key may be sent to', 'It must begin with https://.');
}
