import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Access } from '../../src/collect/aws/access.ts';
import { accountWith } from './aws-env.ts';
import { listen } from './loopback.ts';

/** A call as it came in. */
export interface Call {
  /** As in `cloudtrail:DescribeTrails`. */
  readonly action: string;
  readonly region: string;
  /** The id of the access key that signed it. */
  readonly key: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** An answer: JSON or text with its status, or an error by its code. */
export type Answer =
  | { readonly body: unknown; readonly status?: number }
  | { readonly error: string; readonly message?: string; readonly status?: number };

/** Answers calls by their action; what it leaves out is refused. */
export type World = Readonly<Record<string, (call: Call) => Answer>>;

/** A loopback server that speaks for CloudTrail, Bedrock, IAM, STS and Account Management. */
export interface AwsServer {
  readonly url: string;
  readonly calls: readonly Call[];
  /** As many requests as were open at once. */
  readonly mostAtOnce: number;
  close(): Promise<void>;
}

/** Starts a server on a free port; `pause` milliseconds pass before each answer. */
export async function serveAws(world: World, pause = 0): Promise<AwsServer> {
  const calls: Call[] = [];
  let open = 0;
  let mostAtOnce = 0;
  const server = createServer((request, response) => {
    mostAtOnce = Math.max(mostAtOnce, ++open);
    void readCall(request).then(async call => {
      calls.push(call);
      if (pause > 0) await new Promise(resolve => setTimeout(resolve, pause));
      const answer = world[call.action]?.(call) ?? deny(call);
      open--;
      send(response, call, answer);
    });
  });
  const { url, close } = await listen(server);
  return {
    url,
    calls,
    get mostAtOnce() {
      return mostAtOnce;
    },
    close,
  };
}

/** What AWS says to a principal without the permission. */
export const deny = ({ action }: Pick<Call, 'action'>): Answer => ({
  error: 'AccessDeniedException',
  message: `User: arn:aws:iam::123456789012:user/auditor is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`,
  status: 400,
});

async function readCall(request: IncomingMessage): Promise<Call> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const [, key = '', region = '', service = ''] =
    /Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\//.exec(request.headers.authorization ?? '') ?? [];
  const target = String(request.headers['x-amz-target'] ?? '');
  if (target !== '') return { action: `${service}:${target.split('.').at(-1)!}`, region, key, input: parsed(text) };
  const form = Object.fromEntries(new URLSearchParams(text));
  if (form['Action'] !== undefined) return { action: `${service}:${form['Action']}`, region, key, input: form };
  const path = (request.url ?? '').split('?')[0]!;
  return { action: `${service}:${PATHS[path] ?? path}`, region, key, input: parsed(text) };
}

const PATHS: Readonly<Record<string, string>> = {
  '/logging/modelinvocations': 'GetModelInvocationLoggingConfiguration',
  '/listRegions': 'ListRegions',
};

const parsed = (text: string): Readonly<Record<string, unknown>> =>
  text === '' ? {} : (JSON.parse(text) as Readonly<Record<string, unknown>>);

/** IAM and STS answer in XML, the others in JSON. */
function send(response: ServerResponse, { action }: Call, answer: Answer): void {
  const isXml = /^(?:iam|sts):/.test(action);
  const status = answer.status ?? ('error' in answer ? 400 : 200);
  if (isXml) {
    const name = action.slice(action.indexOf(':') + 1);
    response.writeHead(status, { 'content-type': 'text/xml' });
    response.end(
      'error' in answer
        ? errorXml(answer)
        : `<${name}Response><${name}Result>${String(answer.body)}</${name}Result></${name}Response>`,
    );
    return;
  }
  response.writeHead(status, {
    'content-type': 'application/json',
    ...('error' in answer ? { 'x-amzn-errortype': answer.error } : {}),
  });
  response.end(
    JSON.stringify('error' in answer ? { __type: answer.error, message: answer.message ?? '' } : answer.body),
  );
}

const errorXml = ({ error, message = '' }: { error: string; message?: string }): string =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${error}</Code><Message>${message}</Message></Error></ErrorResponse>`;

/** An account that is signed in to, with its clients pointed at a server. */
export async function accessTo({ url }: Pick<AwsServer, 'url'>): Promise<Access> {
  const { NodeHttpHandler } = await import('@smithy/node-http-handler');
  const requestHandler = new NodeHttpHandler({ requestTimeout: 5_000 });
  return accountWith({ requestHandler, maxAttempts: 1, endpoint: url });
}
