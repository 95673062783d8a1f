/** An answer that is not what was asked for; it holds nothing of the request. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
  /** The HTTP status; 0 when it is not the status that is wrong. */
  readonly statusCode: number;
  /** What the service calls it, as in `permission_error`; empty when what answered does not say. */
  readonly code: string;
  readonly host: string;
  /** What answered is not the service. */
  readonly isStrange: boolean;
  /** How long the service wants to be left alone, in milliseconds. */
  readonly restFor: number;

  constructor(message: string, about: AboutAnswer = {}) {
    super(message);
    this.statusCode = about.statusCode ?? 0;
    this.code = about.code ?? '';
    this.host = about.host ?? '';
    this.isStrange = about.isStrange ?? false;
    this.restFor = about.restFor ?? 0;
  }
}

/** What is known of such an answer. */
export type AboutAnswer = Partial<Pick<AnswerError, 'statusCode' | 'code' | 'host' | 'isStrange' | 'restFor'>>;
