import { firstNumber, firstText, readThrown } from '../service/thrown.ts';

/** What is of use in an error of the AWS SDK, of Node or of anything else that was thrown. */
export interface Fault {
  readonly name: string;
  /** Node's code, as in ECONNREFUSED; empty when there is none. */
  readonly code: string;
  /** The host that was asked, where the error has it. */
  readonly host: string;
  readonly message: string;
  /** The HTTP status of the answer; 0 when there was none. */
  readonly status: number;
  readonly attempts: number;
}

/** Reads an error, whatever it is. */
export function readFault(error: unknown): Fault {
  const { layers, code, host, message } = readThrown(error);
  const metadata = layers.map(layer => asObject(layer['$metadata']));
  const status = firstNumber(metadata.map(({ httpStatusCode }) => httpStatusCode));
  return {
    name: nameOf(firstText(layers, 'name'), status, firstText(metadata, 'requestId') !== ''),
    code,
    host,
    message: message === 'UnknownError' ? '' : message,
    status,
    attempts: firstNumber(metadata.map(({ attempts }) => attempts)),
  };
}

/** An answer without a body names no error: one to a HEAD, or one of a proxy, which gives no request id either. */
function nameOf(name: string, status: number, isOfAws: boolean): string {
  if (name !== 'Unknown' || status === 0) return name;
  return status === 403 && isOfAws ? 'Forbidden' : `HTTP ${status}`;
}

const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
