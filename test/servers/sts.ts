import { createServer } from 'node:http';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { SelfSigned } from './certificate.ts';

/** A call that came in: of STS, the account service, Organizations or anything else of AWS. */
export interface Call {
  /** As in AssumeRole or ListRegions; the path where it is of none of these. */
  readonly action: string;
  /** What was asked, by name. */
  readonly input: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
}

/** What is answered: the result, or an error. */
export interface Answer {
  readonly status?: number;
  readonly body: string;
}

/** A loopback server for sign-ins, and what it was asked so far. */
export interface SignInServer {
  readonly url: string;
  readonly calls: readonly Call[];
  /** How often it was asked for that. */
  count(action: string): number;
  close(): Promise<void>;
}

/** Serves what `answer` says for each call; over TLS with a certificate. */
export async function serveSignIn(
  answer: (call: Call) => Answer | Promise<Answer>,
  certificate?: SelfSigned,
): Promise<SignInServer> {
  const calls: Call[] = [];
  const listen: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const call = readCall(request.url!, request.headers, Buffer.concat(chunks).toString());
      calls.push(call);
      void Promise.resolve(answer(call)).then(({ status = 200, body }) => {
        const type = body.startsWith('<') ? 'text/xml' : 'application/json';
        response.writeHead(status, { 'content-type': type, 'x-amzn-requestid': 'example' });
        response.end(body);
      });
    });
  };
  const server = certificate === undefined ? createServer(listen) : createTlsServer(certificate, listen);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: certificate === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    calls,
    count: action => calls.filter(call => call.action === action).length,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function readCall(url: string, headers: IncomingHttpHeaders, body: string): Call {
  const target = String(headers['x-amz-target'] ?? '');
  if (target !== '') return { action: target.split('.')[1]!, input: JSON.parse(body), headers };
  if (body.startsWith('{') || body === '')
    return {
      action: url === '/listRegions' ? 'ListRegions' : url,
      input: body === '' ? {} : JSON.parse(body),
      headers,
    };
  const input = Object.fromEntries(new URLSearchParams(body));
  return { action: input['Action'] ?? url, input, headers };
}

/** The answer of GetCallerIdentity. */
export const identity = (arn: string): Answer => ({
  body: result(
    'GetCallerIdentity',
    `<Arn>${arn}</Arn><UserId>AIDAEXAMPLE</UserId><Account>${arn.split(':')[4]}</Account>`,
  ),
});

/** The answer of AssumeRole: its key id names the account of the role. */
export function session(roleArn: string, expiresAt: number): Answer {
  const fields = {
    AccessKeyId: `ASIA${roleArn.split(':')[4]}`,
    SecretAccessKey: 'example',
    SessionToken: 'example-session-token',
    Expiration: new Date(expiresAt).toISOString(),
  };
  const credentials = Object.entries(fields).map(([name, value]) => `<${name}>${value}</${name}>`);
  return { body: result('AssumeRole', `<Credentials>${credentials.join('')}</Credentials>`) };
}

/** An error as STS writes it. */
export const refusal = (code: string, message: string, status = 403): Answer => ({
  status,
  body: `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
});

/** An error as the services write it that speak JSON. */
export const jsonRefusal = (code: string, message: string, status = 403): Answer => ({
  status,
  body: JSON.stringify({ __type: code, message }),
});

/** The account whose key signed a call, by the ids of `session`; empty for any other key. */
export const signerOf = ({ headers }: Call): string =>
  /Credential=ASIA(\d{12})\//.exec(headers.authorization ?? '')?.[1] ?? '';

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

const result = (action: string, content: string): string =>
  `<${action}Response xmlns="${NAMESPACE}"><${action}Result>${content}</${action}Result></${action}Response>`;
