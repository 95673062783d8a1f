/** An answer that is not what was asked for; it holds nothing of the request. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
  /** The HTTP status; 0 when there was none. */
  readonly status: number;
  /** What Anthropic calls it, as in permission_error; empty when what answered does not say. */
  readonly type: string;
  readonly host: string;
  /** What answered is not Anthropic. */
  readonly isStrange: boolean;
  /** How long the service wants to be left alone, in milliseconds. */
  readonly restFor: number;

  constructor(
    message: string,
    about: Partial<Pick<AnswerError, 'status' | 'type' | 'host' | 'isStrange' | 'restFor'>> = {},
  ) {
    super(message);
    this.status = about.status ?? 0;
    this.type = about.type ?? '';
    this.host = about.host ?? '';
    this.isStrange = about.isStrange ?? false;
    this.restFor = about.restFor ?? 0;
  }
}
