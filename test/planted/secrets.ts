/** A secret as its vendor makes them, which opens nothing. */
export interface Secret {
  readonly kind: string;
  readonly text: string;
  /** What of it only its holder knows: no run of twelve characters of that may come through. */
  readonly core: string;
}

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const ALNUM = UPPER + LOWER + DIGITS;
const BASE64 = `${ALNUM}+/`;
const URL_SAFE = `${ALNUM}-_`;
const HEX = '0123456789abcdef';

/** A generator of its own for every secret, so that no text of theirs stands in a file and all are the same in every run. */
function drawer(seed: number): (alphabet: string, length: number) => string {
  let state = (seed * 2_654_435_761) >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return (alphabet, length) => Array.from({ length }, () => alphabet[Math.floor(next() * alphabet.length)]!).join('');
}

type Draw = ReturnType<typeof drawer>;

/** A type that anybody may know, and what follows it. */
type Parts = readonly [type: string, core: string, end?: string];

const base64Of = (text: string): string => Buffer.from(text).toString('base64');
const base64UrlOf = (text: string): string => Buffer.from(text).toString('base64url');

const anthropic =
  (type: string) =>
  (draw: Draw): Parts => [`sk-ant-${type}-`, draw(URL_SAFE, 93), 'AA'];
const openai =
  (type: string) =>
  (draw: Draw): Parts => [`sk-${type}-`, `${draw(URL_SAFE, 74)}T3Blbk${'FJ'}${draw(URL_SAFE, 74)}`];
const github =
  (type: string) =>
  (draw: Draw): Parts => [`gh${type}_`, draw(ALNUM, 36)];

/** What is planted, by its kind; the parts of each are harmless. */
const KINDS: Readonly<Record<string, (draw: Draw) => Parts>> = {
  'Anthropic API key': anthropic('api03'),
  'Anthropic admin key': anthropic('admin01'),
  'Anthropic compliance key': anthropic('api01'),
  'Anthropic OAuth token': anthropic('oat01'),
  'Anthropic work token': draw => ['sk-ant-req-', draw(URL_SAFE, 60)],
  'OpenAI project key': openai('proj'),
  'OpenAI service account key': openai('svcacct'),
  'OpenAI admin key': openai('admin'),
  'OpenAI key of the older form': draw => ['sk-', `${draw(ALNUM, 20)}T3Blbk${'FJ'}${draw(ALNUM, 20)}`],
  'Bedrock key, long-term': draw => ['ABSK', base64Of(`BedrockAPIKey-x-at-123456789012:${draw(BASE64, 50)}`)],
  'Bedrock key, short-term': draw => [
    `bedrock-api-key-${base64Of('bedrock.amazonaws.com/?Action=CallWithBearerToken')}`,
    base64Of(`&X-Amz-Credential=ASIA${draw(UPPER, 16)}&X-Amz-Signature=${draw(HEX, 64)}`),
  ],
  'Google API key': draw => ['AI' + 'za', `Sy${draw(URL_SAFE, 33)}`],
  'Azure OpenAI key': draw => [
    '',
    `${draw(ALNUM, 52)}JQQ${'J99'}BJ${'AC'}${draw(ALNUM, 14)}AAAB${'ACOG'}${draw(ALNUM, 4)}`,
  ],
  'AWS secret access key': draw => ['', draw(ALNUM, 40)],
  'AWS secret access key with slashes': draw => [
    '',
    [draw(ALNUM, 13), draw(`${ALNUM}+`, 11), draw(ALNUM, 14)].join('/'),
  ],
  'AWS session token': draw => ['IQo' + 'J', `b3JpZ2luX2Vj${draw(BASE64, 180)}/${draw(BASE64, 80)}`, '=='],
  'signed token': draw => [
    `${base64UrlOf('{"alg":"RS256","typ":"JWT"}')}.`,
    `${base64UrlOf(`{"sub":"${draw(ALNUM, 12)}","aud":"api"}`)}.${draw(URL_SAFE, 86)}`,
  ],
  'GitHub personal token': github('p'),
  'GitHub token of a workflow': github('s'),
  'GitHub fine-grained token': draw => ['github' + '_pat_', `${draw(ALNUM, 22)}_${draw(ALNUM, 59)}`],
  'LiteLLM virtual key': draw => ['sk-', draw(URL_SAFE, 22)],
  'private key': draw => [
    `-----BEGIN ${'PRIVATE'} KEY-----\n`,
    Array.from({ length: 4 }, () => draw(BASE64, 64)).join('\n'),
    `\n-----END ${'PRIVATE'} KEY-----\n`,
  ],
};

/** One secret of every kind that tells itself, by its form, in any field. */
export const SECRETS: readonly Secret[] = Object.entries(KINDS).map(([kind, make], i) => {
  const [type, core, end = ''] = make(drawer(i + 1));
  return { kind, text: type + core + end, core };
});

/** A key of Azure of the older form: nothing tells it from a digest or the id of a trace, but the field that it is in. */
export const BARE: Secret = (() => {
  const text = drawer(99)(HEX, 32);
  return { kind: 'Azure key of the older form', text, core: text };
})();
