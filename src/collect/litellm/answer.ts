/** An answer that is not what was asked for; it holds nothing of the request. */
export class LitellmAnswerError extends Error {
  override readonly name = 'LitellmAnswerError';
  readonly status: number;
  /** What LiteLLM calls the error, as in `auth_error`. */
  readonly type: string;
  /** What answered is not LiteLLM. */
  readonly isStrange: boolean;
  /** How long the proxy wants to be left alone, in milliseconds. */
  readonly restFor: number;

  constructor(message: string, about: Partial<Pick<LitellmAnswerError, 'status' | 'type' | 'isStrange' | 'restFor'>>) {
    super(message);
    this.status = about.status ?? 0;
    this.type = about.type ?? '';
    this.isStrange = about.isStrange ?? false;
    this.restFor = about.restFor ?? 0;
  }
}

/** Whether a proxy has no such endpoint, as older versions of LiteLLM may not. */
export const isMissing = (error: unknown): boolean =>
  error instanceof LitellmAnswerError && (error.status === 404 || error.status === 405);
