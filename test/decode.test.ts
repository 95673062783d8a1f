import { PassThrough, Readable } from 'node:stream';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { Input, Io } from '../src/cli/io.ts';
import { main } from '../src/cli/program.ts';
import { decode, type FoundKey } from '../src/decode.ts';

/** Random characters that are not, and the same for everyone. */
const MIXED = 'q7Rk2mZxT9bLw4VnYc8HsJd3GfPe6QaUu5XoKiNtBvMrWyEzCgDhFpSjAlO1I0Tk8bN4vXc2Zm7Qw9Er5Ty3Ui6Op1As';
const secretOf = (length: number): string => MIXED.repeat(4).slice(0, length);
const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64');

const SIGNED =
  'bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Algorithm=AWS4-HMAC-SHA256' +
  '&X-Amz-Credential=ASIARZPUZDIKJUAQEAYE%2F20261120%2Fus-east-1%2Fbedrock%2Faws4_request&X-Amz-Date=20261120T144006Z' +
  `&X-Amz-Expires=3600&X-Amz-Security-Token=${secretOf(80)}&X-Amz-Signature=${secretOf(64)}&X-Amz-SignedHeaders=host&Version=1`;
const ALIAS = 'BedrockAPIKey-abcd-at-123456789012';

type Expected = Partial<Omit<FoundKey, 'line' | 'notes' | 'next'>>;

const UNSEEN = { provider: null, kind: null, isSecret: true } as const;
const annotated = (date: string, service: string): string => `${secretOf(52)}JQQJ99${date}XCHYHv6XJ3w3${service}aB3d`;

/** Every form, one of its kind, and all that it says but for advice. */
const FORMS: readonly (readonly [name: string, key: string, expected: Expected])[] = [
  [
    'an access key id of AWS',
    'AKIARZPUZDIKAUAQEAYE',
    {
      what: 'AWS access key id',
      provider: 'aws',
      kind: 'access-key',
      isSecret: false,
      shown: 'AKIARZPUZDIKAUAQEAYE',
      id: 'AKIARZPUZDIKAUAQEAYE',
      account: '123456789012',
    },
  ],
  [
    'one of an account that begins with zeros',
    'AKIAQAAAAAAGJUAQEAYE',
    {
      what: 'AWS access key id',
      provider: 'aws',
      kind: 'access-key',
      isSecret: false,
      shown: 'AKIAQAAAAAAGJUAQEAYE',
      id: 'AKIAQAAAAAAGJUAQEAYE',
      account: '000000000012',
    },
  ],
  [
    'one that was made before ids carried accounts',
    'AKIAIOSFODNN7EXAMPLE',
    {
      what: 'AWS access key id',
      provider: 'aws',
      kind: 'access-key',
      isSecret: false,
      shown: 'AKIAIOSFODNN7EXAMPLE',
      id: 'AKIAIOSFODNN7EXAMPLE',
    },
  ],
  [
    'one whose account would have thirteen digits',
    'AKIA77777777QEAQEAYE',
    {
      what: 'AWS access key id',
      provider: 'aws',
      kind: 'access-key',
      isSecret: false,
      shown: 'AKIA77777777QEAQEAYE',
      id: 'AKIA77777777QEAQEAYE',
    },
  ],
  [
    'one of a session',
    'ASIARZPUZDIKJUAQEAYE',
    {
      what: 'AWS access key id of a session',
      provider: 'aws',
      kind: 'unknown',
      isSecret: false,
      shown: 'ASIARZPUZDIKJUAQEAYE',
      id: 'ASIARZPUZDIKJUAQEAYE',
      account: '123456789012',
    },
  ],
  [
    'the id of a service key',
    'ACCAEXAMPLE123EXAMPLE',
    {
      what: 'id of an AWS service key',
      provider: 'aws',
      kind: 'unknown',
      isSecret: false,
      shown: 'ACCAEXAMPLE123EXAMPLE',
      id: 'ACCAEXAMPLE123EXAMPLE',
    },
  ],
  [
    'a short-term key of Bedrock',
    `bedrock-api-key-${base64(SIGNED)}`,
    {
      what: 'Bedrock API key, short-term',
      provider: 'aws',
      kind: 'unknown',
      isSecret: true,
      shown: `bedrock-api-key-…${base64(SIGNED).slice(-4)}`,
      id: 'ASIARZPUZDIKJUAQEAYE',
      account: '123456789012',
      region: 'us-east-1',
      createdAt: Date.UTC(2026, 10, 20, 14, 40, 6),
      expiresAt: Date.UTC(2026, 10, 20, 15, 40, 6),
    },
  ],
  [
    'one that was cut short',
    `bedrock-api-key-${base64(SIGNED).slice(0, 60)}`,
    {
      what: 'Bedrock API key, short-term',
      provider: 'aws',
      kind: 'unknown',
      isSecret: true,
      shown: `bedrock-api-key-…${base64(SIGNED).slice(56, 60)}`,
    },
  ],
  [
    'a short-term key of Claude Platform on AWS, without its life',
    `aws-external-anthropic-api-key-${base64('x/?X-Amz-Credential=AKIAIOSFODNN7EXAMPLE/20261120/eu-west-1/aws-external-anthropic/aws4_request&X-Amz-Expires=1e9&Sig=q7Rk2mZxT9bLw4Vn')}`,
    {
      what: 'Claude Platform on AWS API key, short-term',
      provider: 'aws',
      kind: 'unknown',
      isSecret: true,
      shown: 'aws-external-anthropic-api-key-…Vm4=',
      id: 'AKIAIOSFODNN7EXAMPLE',
      region: 'eu-west-1',
    },
  ],
  [
    'a long-term key of Bedrock',
    `ABSK${base64(`${ALIAS}:${secretOf(44)}`)}`,
    {
      what: 'Bedrock API key, long-term',
      provider: 'aws',
      kind: 'bedrock-key',
      isSecret: true,
      shown: `ABSK…${base64(`${ALIAS}:${secretOf(44)}`).slice(-4)}`,
      owner: ALIAS,
      account: '123456789012',
    },
  ],
  [
    'one of Claude Platform on AWS',
    `ABSK${base64(`AeaApiKey-abcd-at-123456789012:${secretOf(44)}`)}`,
    {
      what: 'Claude Platform on AWS API key, long-term',
      provider: 'aws',
      kind: 'claude-platform-key',
      isSecret: true,
      shown: `ABSK…${base64(`AeaApiKey-abcd-at-123456789012:${secretOf(44)}`).slice(-4)}`,
      owner: 'AeaApiKey-abcd-at-123456789012',
      account: '123456789012',
    },
  ],
  [
    'one whose inside is another',
    `ABSK${base64(secretOf(60))}`,
    {
      what: 'Bedrock API key, long-term',
      provider: 'aws',
      kind: 'bedrock-key',
      isSecret: true,
      shown: `ABSK…${base64(secretOf(60)).slice(-4)}`,
    },
  ],
  [
    'a session token',
    `IQoJ${secretOf(120)}`,
    {
      what: 'AWS session token',
      provider: 'aws',
      kind: 'unknown',
      isSecret: true,
      shown: `…${secretOf(120).slice(-4)}`,
    },
  ],
  ...(
    [
      ['api03', 'Anthropic API key', 'api-key'],
      ['admin01', 'Anthropic admin key', 'admin-key'],
      ['api01', 'Anthropic compliance key', 'admin-key'],
      ['oat01', 'Anthropic OAuth access token', 'unknown'],
      ['ort01', 'Anthropic OAuth refresh token', 'unknown'],
      ['sid01', 'Anthropic browser session', 'unknown'],
      ['req', 'Anthropic work token', 'unknown'],
      ['new07', 'Anthropic key of a kind that is not known here', 'unknown'],
    ] as const
  ).map(
    ([type, what, kind]) =>
      [
        `${type} of Anthropic`,
        `sk-ant-${type}-${secretOf(93)}AA`,
        { what, provider: 'anthropic', kind, isSecret: true, shown: `sk-ant-${type}-…${secretOf(93).slice(-2)}AA` },
      ] as const,
  ),
  [
    'the id of a key of Anthropic',
    'apikey_01Rj2N8SVvo6BePZj99NhmiT',
    {
      what: 'id of an Anthropic API key',
      provider: 'anthropic',
      kind: 'api-key',
      isSecret: false,
      shown: 'apikey_01Rj2N8SVvo6BePZj99NhmiT',
      id: 'apikey_01Rj2N8SVvo6BePZj99NhmiT',
    },
  ],
  ...(
    [
      ['sk-proj-', 'OpenAI API key of a project', 'api-key'],
      ['sk-svcacct-', 'OpenAI API key of a service account', 'api-key'],
      ['sk-service-', 'OpenAI API key of a service account', 'api-key'],
      ['sk-admin-', 'OpenAI admin key', 'admin-key'],
    ] as const
  ).map(
    ([type, what, kind]) =>
      [
        `${type} of OpenAI`,
        `${type}${secretOf(58)}T3BlbkFJ${secretOf(58)}`,
        { what, provider: 'openai', kind, isSecret: true, shown: `${type}…${secretOf(58).slice(-4)}` },
      ] as const,
  ),
  [
    'an older key of OpenAI',
    `sk-${secretOf(20)}T3BlbkFJ${secretOf(20)}`,
    {
      what: 'OpenAI API key of a user, of the older form',
      provider: 'openai',
      kind: 'api-key',
      isSecret: true,
      shown: `sk-…${secretOf(20).slice(-4)}`,
    },
  ],
  [
    'a key of a proxy',
    'sk-q7Rk2mZxT9bLw4VnYc8HsJ',
    {
      what: 'virtual key of a proxy such as LiteLLM, or API key of a vendor whose keys begin alike',
      provider: 'proxy',
      kind: 'virtual-key',
      isSecret: true,
      shown: 'sk-…8HsJ',
      id: 'ae343fadf127b10c6651bef05c3013c0729f5e39acd20b70fe24ec1e90150a29',
    },
  ],
  [
    'a short one, whose hash would give it away',
    'sk-q7Rk2mZxT9bLw4Vn',
    {
      what: 'virtual key of a proxy such as LiteLLM, or API key of a vendor whose keys begin alike',
      provider: 'proxy',
      kind: 'virtual-key',
      isSecret: true,
      shown: 'sk-…',
    },
  ],
  [
    'a key of Azure OpenAI',
    annotated('BC', 'AAABACOG'),
    {
      what: 'resource key of Azure OpenAI',
      provider: 'azure',
      kind: 'resource-key',
      isSecret: true,
      shown: '…aB3d',
      createdAt: Date.UTC(2025, 2),
    },
  ],
  [
    'a key of Azure AI services',
    annotated('AL', 'AAAAACOG'),
    {
      what: 'resource key of Azure AI services',
      provider: 'azure',
      kind: 'resource-key',
      isSecret: true,
      shown: '…aB3d',
      createdAt: Date.UTC(2024, 11),
    },
  ],
  [
    'a key of another service of Azure, of a year that is not known',
    annotated('7A', 'AAAAAZDO'),
    { ...UNSEEN, what: 'key of an Azure service that is not known here', shown: '…aB3d' },
  ],
  [
    'an older key of Azure',
    '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
    {
      what: 'perhaps a resource key of Azure OpenAI or Azure AI services, of the older form',
      provider: 'azure',
      kind: 'resource-key',
      isSecret: true,
      shown: '…e1f0',
    },
  ],
  [
    'a client secret of Entra ID',
    `abc8Q~${secretOf(34)}`,
    {
      what: 'client secret of an application in Entra ID',
      provider: 'azure',
      kind: 'client-secret',
      isSecret: true,
      shown: `…${secretOf(34).slice(-4)}`,
    },
  ],
  [
    'a key of Google',
    `AIza${secretOf(35)}`,
    {
      what: 'Google API key',
      provider: 'google',
      kind: 'api-key',
      isSecret: true,
      shown: `AIza…${secretOf(35).slice(-4)}`,
    },
  ],
  ...(
    [
      ['ghp_', 'GitHub personal access token'],
      ['github_pat_', 'GitHub fine-grained access token'],
      ['glpat-', 'GitLab access token'],
      ['xoxb-', 'Slack token'],
      ['sk-or-', 'OpenRouter key'],
      ['hf_', 'Hugging Face token'],
      ['gsk_', 'Groq key'],
      ['xai-', 'xAI key'],
    ] as const
  ).map(
    ([type, what]) =>
      [
        `${type} of others`,
        `${type}${secretOf(40)}`,
        { ...UNSEEN, what, shown: `${type}…${secretOf(40).slice(-4)}` },
      ] as const,
  ),
  [
    'a signed token',
    `eyJ${secretOf(30)}.eyJ${secretOf(60)}.${secretOf(43)}`,
    { ...UNSEEN, what: 'signed token (JWT)', shown: `eyJ…${secretOf(43).slice(-4)}` },
  ],
];

const told = (text: string) => decode(text).map(({ line: _line, notes: _notes, next: _next, ...rest }) => rest);

describe('every form', () => {
  test.each(FORMS)('%s', (_, key, expected) => {
    expect(told(key)).toEqual([expected]);
  });

  test.each(FORMS)('%s, in a file of variables and in quotes', (_, key, expected) => {
    expect(told(`# local\nexport SOME_API_KEY=${key}\n`)).toEqual([expected]);
    expect(told(`{ "apiKey": "${key}" }`)).toEqual([expected]);
  });

  test('a secret access key of AWS, by its name alone', () => {
    const text = `[default]\naws_access_key_id = AKIARZPUZDIKAUAQEAYE\naws_secret_access_key = ${secretOf(40)}\n`;
    expect(decode(text).map(({ line, what, shown }) => [line, what, shown])).toEqual([
      [2, 'AWS access key id', 'AKIARZPUZDIKAUAQEAYE'],
      [3, 'AWS secret access key', `…${secretOf(40).slice(-4)}`],
    ]);
    expect(decode(secretOf(40))).toEqual([]);
  });

  test('a key file of Google', () => {
    const file = {
      type: 'service_account',
      project_id: 'models',
      private_key_id: '0123456789abcdef0123456789abcdef01234567',
      private_key: `-----BEGIN PRIVATE KEY-----\n${secretOf(200)}\n-----END PRIVATE KEY-----\n`,
      client_email: 'ci@models.iam.gserviceaccount.com',
    };
    expect(told(JSON.stringify(file, null, 2))).toEqual([
      {
        what: 'key file of a Google service account',
        provider: 'google',
        kind: 'service-account-key',
        isSecret: true,
        shown: file.private_key_id,
        id: file.private_key_id,
        owner: file.client_email,
        account: 'models',
      },
    ]);
  });

  test.each([
    [`sk-ant-api03-${secretOf(93)}AA`, `keyward keys anthropic: --where hint~${secretOf(93).slice(-2)}AA`],
    ['apikey_01Rj2N8SVvo6BePZj99NhmiT', 'keyward keys anthropic: --where id=apikey_01Rj2N8SVvo6BePZj99NhmiT'],
    [`sk-proj-${secretOf(58)}`, `keyward keys openai: --where hint~${secretOf(58).slice(-3)}`],
    [
      'sk-q7Rk2mZxT9bLw4VnYc8HsJ',
      'keyward keys litellm:<url> --where id=ae343fadf127b10c6651bef05c3013c0729f5e39acd20b70fe24ec1e90150a29',
    ],
    [
      `ABSK${base64(`build+1-at-123456789012:${secretOf(44)}`)}`,
      'keyward keys aws: --profile <profile> --where holder~build',
    ],
  ])('how to find %s', (key, command) => {
    expect(decode(key).map(({ next }) => next)).toEqual([[command]]);
  });

  test('several, in their order, each once', () => {
    const [first, second] = [`sk-ant-api03-${secretOf(93)}AA`, `AIza${secretOf(35)}`];
    const text = `A=${first}\nB=${second}; C=AKIARZPUZDIKAUAQEAYE\n\nAGAIN=${first}`;
    expect(decode(text).map(({ line, what }) => `${line}: ${what}`)).toEqual([
      '1: Anthropic API key',
      '2: Google API key',
      '2: AWS access key id',
    ]);
  });

  test.each([
    ['nothing', ''],
    ['words', 'the quick brown fox'],
    ['a digest in a sentence', 'commit 0f1e2d3c4b5a69788796a5b4c3d2e1f0 broke it'],
    ['a digest under another name', 'md5: 0f1e2d3c4b5a69788796a5b4c3d2e1f0'],
    ['a GUID', '00000000-0000-4000-8000-0000000000a1'],
    ['upper-case hex', '0F1E2D3C4B5A69788796A5B4C3D2E1F0'],
    ['an ARN', 'arn:aws:iam::123456789012:user/ci'],
    ['a word that ends like one', 'task-force-of-the-whole-organisation'],
    ['a longer word around an id', `x${'AKIARZPUZDIKAUAQEAYE'}`],
  ])('%s is none', (_, text) => {
    expect(decode(text)).toEqual([]);
  });
});

/** The command, in this process: what it wrote, and its status. */
async function run(args: readonly string[], input: Input, isTyped = false, now = Date.UTC(2026, 10, 20, 18)) {
  const out = { stdout: new PassThrough(), stderr: new PassThrough() };
  const io: Io = {
    ...out,
    isTyped,
    stdin: () => input,
    env: { COLUMNS: '100' },
    cwd: '/',
    version: '0.0.0',
    now: () => now,
    setVariable: () => {},
    onInterrupt: () => () => {},
  };
  const status = await main(['decode', ...args], io);
  const text = (stream: PassThrough): string => String(stream.read() ?? '');
  return { status, stdout: text(out.stdout), stderr: text(out.stderr) };
}

const piped = (text: string, args: readonly string[] = []) => run(args, Readable.from([Buffer.from(text)]));

describe('the command', () => {
  test('one key', async () => {
    expect(await piped(`bedrock-api-key-${base64(SIGNED)}\n`)).toEqual({
      status: 0,
      stderr: '',
      stdout: `bedrock-api-key-…${base64(SIGNED).slice(-4)}  Bedrock API key, short-term
  secret    yes: it opens something for whoever has it
  provider  AWS
  id        ASIARZPUZDIKJUAQEAYE
  account   123456789012
  region    us-east-1
  created   2026-11-20T14:40:06.000Z
  expires   2026-11-20T15:40:06.000Z, 2 hours ago
  note      The id is that of the access key that signed it: CloudTrail has its calls under that id.
  note      No list has it and it cannot be ended alone: end the session of its signer, or deny
            CallWithBearerToken.
  next      keyward audit aws: --profile <profile>
`,
    });
  });

  test('several keys, with their lines', async () => {
    const { status, stdout } = await piped(`A=AKIAIOSFODNN7EXAMPLE\nB=ghp_${secretOf(36)}\n`);
    expect([status, stdout]).toEqual([
      0,
      `AKIAIOSFODNN7EXAMPLE  AWS access key id  (line 1)
  secret    no: it is a name
  provider  AWS
  kind      access key
  note      It is seen in CloudTrail under this id: audit the account, and look for it in the
            report.
  note      It works until somebody ends it, with the secret that belongs to it.
  note      Account unknown: ids that were made before 2019 do not carry it.
  next      keyward keys aws: --profile <profile> --where id=AKIAIOSFODNN7EXAMPLE
  next      keyward audit aws: --profile <profile>

ghp_…${secretOf(36).slice(-4)}  GitHub personal access token  (line 2)
  secret    yes: it opens something for whoever has it
  note      Not a key to models.
`,
    ]);
  });

  test('as JSON', async () => {
    const { status, stdout } = await piped('AKIARZPUZDIKAUAQEAYE', ['--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      schema: 'keyward.decode/1',
      keys: [
        {
          line: 1,
          what: 'AWS access key id',
          provider: 'aws',
          kind: 'access-key',
          secret: false,
          shown: 'AKIARZPUZDIKAUAQEAYE',
          id: 'AKIARZPUZDIKAUAQEAYE',
          owner: null,
          account: '123456789012',
          region: null,
          createdAt: null,
          expiresAt: null,
          notes: [expect.any(String), expect.any(String)],
          next: [
            'keyward keys aws: --profile <profile> --where id=AKIARZPUZDIKAUAQEAYE',
            'keyward audit aws: --profile <profile>',
          ],
        },
      ],
    });
  });

  test('nothing that is known', async () => {
    const stderr = 'keyward: nothing in this is a key, or the id of one, that keyward knows by its form\n';
    expect(await piped('hello\n')).toEqual({ status: 3, stdout: '', stderr });
    expect(await piped('')).toEqual({ status: 3, stdout: '', stderr });
    expect(await piped('', ['--json'])).toMatchObject({ status: 3, stdout: expect.stringContaining('"keys": []') });
  });

  test('more than keys', async () => {
    const chunk = Buffer.alloc(1024 * 1024, 'a');
    expect(await run([], Readable.from(Array.from({ length: 17 }, () => chunk)))).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/^keyward: standard input holds more than 16 MiB\n/),
    });
  });

  const secret = `sk-ant-api03-${secretOf(93)}AA`;
  test.each<[string, readonly string[]]>([
    ['as an argument', [secret]],
    ['as the value of an option that there is not', [`--key=${secret}`]],
    ['behind one', ['--key', secret]],
  ])('a key on the command line is wrong, and not shown: %s', async (_, args) => {
    const { status, stdout, stderr } = await run(args, Readable.from([]));
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^keyward: /);
    expect(stderr).not.toContain(secretOf(9));
  });
});

describe('at a terminal', () => {
  const modes: boolean[] = [];
  afterEach(() => void modes.splice(0));

  /** A terminal on which some things are typed, one after another. */
  function terminal(...typed: readonly string[]): Input {
    return Object.assign(Readable.from(typed), { setRawMode: (isRaw: boolean) => modes.push(isRaw) });
  }
  const ASKED = 'Key (it will not be shown): \n';

  test.each<[string, readonly string[], readonly string[]]>([
    ['what is pasted, and Enter', ['AKIARZPUZDIKAUAQEAYE\r'], ['AKIARZPUZDIKAUAQEAYE']],
    ['what is typed, key by key', [...'AKIARZPUZDIKAUAQEAYE', '\r'], ['AKIARZPUZDIKAUAQEAYE']],
    ['what is mended', ['AKIARZPUZDIKAUAQEAYX', '\u007f', 'E', '\r'], ['AKIARZPUZDIKAUAQEAYE']],
    ['what is begun anew', ['AKIAIOSFODNN7EXAMPLE', '\u0015', 'AKIARZPUZDIKAUAQEAYE\r'], ['AKIARZPUZDIKAUAQEAYE']],
    [
      'arrows, which type nothing',
      ['\u001b[A', '\u001b[200~AKIARZPUZDIKAUAQEAYE\u001b[201~', '\r'],
      ['AKIARZPUZDIKAUAQEAYE'],
    ],
    [
      'several lines at once',
      ['AKIARZPUZDIKAUAQEAYE\rAKIAIOSFODNN7EXAMPLE\r'],
      ['AKIARZPUZDIKAUAQEAYE', 'AKIAIOSFODNN7EXAMPLE'],
    ],
    ['an end of input', ['AKIARZPUZDIKAUAQEAYE', '\u0004', 'ignored'], ['AKIARZPUZDIKAUAQEAYE']],
  ])('%s', async (_, typed, ids) => {
    const { status, stdout, stderr } = await run(['--json'], terminal(...typed), true);
    expect([status, stderr, modes]).toEqual([0, ASKED, [true, false]]);
    expect(JSON.parse(stdout).keys.map(({ id }: { id: string }) => id)).toEqual(ids);
  });

  test('an interrupt ends it with 130, and the terminal is as it was', async () => {
    expect(await run([], terminal('AKIARZPUZDIKAUAQEAYE', '\u0003'), true)).toEqual({
      status: 130,
      stdout: '',
      stderr: ASKED,
    });
    expect(modes).toEqual([true, false]);
  });

  test('one that cannot hide what is typed is not used', async () => {
    expect(await run([], Readable.from(['x']), true)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('keyward: this terminal cannot hide what is typed\n'),
    });
  });
});

test('nine characters of a secret in a row are never shown', async () => {
  const character = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789');
  const random = (length: number) =>
    fc.array(character, { minLength: length, maxLength: length }).map(all => all.join(''));
  const after = (type: string, length: number) => random(length).map(secret => ({ text: type + secret, secret }));
  const keys = fc.oneof(
    ...['api03', 'admin01', 'api01', 'oat01', 'sid01', 'zz99'].map(type => after(`sk-ant-${type}-`, 95)),
    ...['sk-proj-', 'sk-svcacct-', 'sk-admin-', 'sk-', 'sk-or-', 'ghp_', 'hf_', 'gsk_', 'IQoJ'].map(type =>
      after(type, 90),
    ),
    after('sk-', 17),
    after('AIza', 35),
    after('AWS_SECRET_ACCESS_KEY=', 40),
    after('api_key: ', 32).map(({ text, secret }) => ({ text: text.toLowerCase(), secret: secret.toLowerCase() })),
    random(52).map(secret => ({ text: `${secret}JQQJ99BCXCHYHv6XJ3w3AAABACOGaB3d`, secret })),
    random(44).map(secret => ({
      text: `ABSK${base64(`${ALIAS}:${secret}`)}`,
      secret: base64(`${ALIAS}:${secret}`) + secret,
    })),
    random(44).map(secret => ({
      text: `ABSK${base64(`${secret}-at-123456789012`)}`,
      secret: base64(secret).slice(0, 50) + secret,
    })),
    random(64).map(secret => ({
      text: `bedrock-api-key-${base64(`b/?X-Amz-Credential=AKIAIOSFODNN7EXAMPLE/1/x/&X-Amz-Security-Token=${secret}`)}`,
      secret: base64(`b/?X-Amz-Credential=AKIAIOSFODNN7EXAMPLE/1/x/&X-Amz-Security-Token=${secret}`) + secret,
    })),
    fc.tuple(random(30), random(60), random(43)).map(([head, body, end]) => ({
      text: `eyJ${head}.eyJ${body}.${end}`,
      secret: `${head}.${body}.${end}`,
    })),
  );
  await fc.assert(
    fc.asyncProperty(keys, fc.constantFrom('', '--json'), async ({ text, secret }, flag) => {
      const { stdout, stderr } = await piped(text, flag === '' ? [] : [flag]);
      for (let i = 0; i + 9 <= secret.length; i++) {
        expect(stdout).not.toContain(secret.slice(i, i + 9));
        expect(stderr).not.toContain(secret.slice(i, i + 9));
      }
    }),
    { numRuns: 300 },
  );
});
