import { createServer } from 'node:http';
import { listen } from './loopback.ts';

/** What a value becomes in XML: fields by name, lists as members. */
export type Xml = string | number | boolean | readonly Xml[] | { readonly [name: string]: Xml | undefined };

/** An answer with an error in it. */
export interface IamError {
  readonly status: number;
  readonly code: string;
  readonly message?: string;
}

/** One request as the server saw it. */
export interface IamRequest {
  readonly action: string;
  readonly params: Readonly<Record<string, string>>;
}

/** Answers a request: fields of the result, an error, raw text, or null for no answer at all. */
export type Answer = (
  request: IamRequest,
  nth: number,
) => { readonly result: Xml } | IamError | { readonly raw: string } | null;

/** A loopback server that speaks the query protocol of IAM. */
export interface IamServer {
  readonly url: string;
  readonly requests: readonly IamRequest[];
  /** The most requests that were open at once. */
  busiest(): number;
  close(): Promise<void>;
}

/** Starts one on a free port; `nth` counts the requests of an action from 1. */
export async function serveIam(answer: Answer): Promise<IamServer> {
  const requests: IamRequest[] = [];
  let open = 0;
  let busiest = 0;
  const server = createServer((request, response) => {
    open++;
    busiest = Math.max(busiest, open);
    response.on('close', () => open--);
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const params = Object.fromEntries(new URLSearchParams(Buffer.concat(parts).toString('utf8')));
      const seen = { action: params['Action'] ?? '', params };
      requests.push(seen);
      const said = answer(seen, requests.filter(({ action }) => action === seen.action).length);
      if (said === null) return;
      const [status, body] = bodyOf(seen.action, said);
      // Slow enough that requests side by side are seen to be so.
      setTimeout(() => response.writeHead(status, { 'content-type': 'text/xml' }).end(body), 2);
    });
  });
  const { url, close } = await listen(server);
  return {
    url,
    requests,
    busiest: () => busiest,
    close,
  };
}

function bodyOf(action: string, said: NonNullable<ReturnType<Answer>>): [number, string] {
  if ('raw' in said) return [200, said.raw];
  if ('code' in said) {
    const error = { Type: 'Sender', Code: said.code, Message: said.message ?? said.code };
    return [said.status, toXml('ErrorResponse', { Error: error, RequestId: 'r-1' })];
  }
  const content = { [`${action}Result`]: said.result, ResponseMetadata: { RequestId: 'r-1' } };
  return [200, toXml(`${action}Response`, content)];
}

function toXml(name: string, value: Xml | undefined): string {
  if (value === undefined) return '';
  return `<${name}>${contentOf(value)}</${name}>`;
}

function contentOf(value: Xml): string {
  if (Array.isArray(value)) return value.map((entry: Xml) => toXml('member', entry)).join('');
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([name, inner]) => toXml(name, inner as Xml | undefined))
      .join('');
  return String(value).replace(/&/g, '&amp;').replace(/</g, '&lt;');
}

/** A user of the account that is played. */
export interface PlayedUser {
  readonly name: string;
  readonly keys?: readonly PlayedKey[];
}

export interface PlayedKey {
  readonly id: string;
  readonly createdAt: string;
  readonly status?: string;
  readonly lastUsedAt?: string;
}

/** An account that is played; lists are cut into pages of `page` entries. */
export interface PlayedAccount {
  readonly users?: readonly PlayedUser[];
  readonly report?: string;
  readonly generatedAt?: string;
  readonly serviceKeys?: readonly { readonly [name: string]: string }[];
  readonly roles?: readonly { readonly name: string; readonly trust: unknown }[];
  readonly page?: number;
}

/** Answers as IAM would for that account. */
export function playAccount(account: PlayedAccount): Answer {
  const { users = [], report = '', serviceKeys = [], roles = [], page = 100 } = account;
  const pageOf = (list: string, rows: readonly Xml[], { Marker = '0' }: IamRequest['params']) => {
    const end = Number(Marker) + page;
    const more = end < rows.length;
    const shown = rows.slice(Number(Marker), end);
    return { result: { [list]: shown, IsTruncated: more, Marker: more ? String(end) : undefined } };
  };
  return ({ action, params }) => {
    switch (action) {
      case 'GenerateCredentialReport':
        return { result: { State: 'COMPLETE' } };
      case 'GetCredentialReport': {
        const GeneratedTime = account.generatedAt ?? '2026-11-19T22:00:00Z';
        return { result: { Content: Buffer.from(report).toString('base64'), ReportFormat: 'text/csv', GeneratedTime } };
      }
      case 'ListUsers':
        return pageOf(
          'Users',
          users.map(({ name }) => ({ UserName: name, Path: '/' })),
          params,
        );
      case 'ListAccessKeys':
        return pageOf('AccessKeyMetadata', keyRows(users, params['UserName']), params);
      case 'GetAccessKeyLastUsed': {
        const key = users.flatMap(({ keys = [] }) => keys).find(({ id }) => id === params['AccessKeyId']);
        const used = { LastUsedDate: key?.lastUsedAt, ServiceName: 'bedrock', Region: 'us-east-1' };
        return { result: { UserName: 'x', AccessKeyLastUsed: used } };
      }
      case 'ListServiceSpecificCredentials':
        return pageOf(
          'ServiceSpecificCredentials',
          serviceKeys.filter(({ ServiceName }) => ServiceName === params['ServiceName']),
          params,
        );
      case 'ListRoles':
        return pageOf(
          'Roles',
          roles.map(({ name, trust }) => ({
            RoleName: name,
            AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(trust)),
          })),
          params,
        );
      default:
        return { status: 400, code: 'InvalidAction' };
    }
  };
}

const keyRows = (users: readonly PlayedUser[], name: string | undefined): Xml[] =>
  (users.find(user => user.name === name)?.keys ?? []).map(({ id, createdAt, status = 'Active' }) => ({
    UserName: name,
    AccessKeyId: id,
    Status: status,
    CreateDate: createdAt,
  }));
