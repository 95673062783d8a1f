/** What is known of a request that came to nothing. */
export interface Failed {
  /** The HTTP status of the answer; 0 when there was none. */
  readonly status: number;
  /** Node's code, as in ECONNREFUSED; empty when there is none. */
  readonly code: string;
  /** No answer came in time. */
  readonly isLate: boolean;
}

const CODES = /^(?:ECONNRESET|ECONNREFUSED|ECONNABORTED|EPIPE|ETIMEDOUT|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;
const STATUSES: readonly number[] = [408, 429, 500, 502, 503, 504];

/** Whether the same request may be answered later; `more` are statuses by which a service says so beside the usual ones. */
export function isPassing({ status, code, isLate }: Failed, more: readonly number[] = []): boolean {
  if (status > 0) return STATUSES.includes(status) || more.includes(status);
  return isLate || CODES.test(code);
}
