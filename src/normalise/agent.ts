import { memoised } from './memo.ts';

/** The agent of what a service did for someone. It is told from who called, never from a user agent, which any caller may set. */
export const SERVICE_AGENT = 'aws-service';

/** Families in the order they are tried: what a tool calls itself comes before the library it is built on. */
const FAMILIES: readonly (readonly [family: string, pattern: RegExp])[] = [
  ['pentest-tool', /stratus-red-team|\bpacu\b|cloudfox|kali|parrot|pentoo/i],
  ['keyward', /\bkeyward\/\d/],
  ['trufflehog', /trufflehog/i],
  ['s3-browser', /s3 browser/i],
  ['terraform', /terraform|opentofu/i],
  ['pulumi', /pulumi/i],
  ['cloudformation', /cloudformation|aws-cdk/i],
  ['litellm', /litellm/i],
  ['langchain', /langchain|langgraph/i],
  ['llama-index', /llama[-_]?index/i],
  ['claude-code', /claude-(?:cli|code)/i],
  ['anthropic-sdk', /^(?:async)?anthropic(?:bedrock|vertex|foundry)?\b|anthropic-(?:sdk|ai)|asyncanthropic/i],
  ['openai-sdk', /^(?:async)?(?:azure)?openai\b|\bopenai-(?:python|node|go|java|dotnet)\b/i],
  ['console', /^\[?(?:s3console|console\.|signin\.|aws ?console|awsconsole)|\bconsole\.amazonaws\.com/i],
  ['aws-internal', /^aws[ -]internal|^\[?[a-z0-9.-]+\.amazonaws\.com(?:\.cn)?\]?$/i],
  ['aws-cli', /aws-cli\//i],
  ['boto3', /boto3|botocore/i],
  ['aws-sdk-js', /aws-sdk-(?:js|nodejs|react)/i],
  ['aws-sdk-java', /aws-sdk-(?:java|kotlin|android)/i],
  ['aws-sdk-go', /aws-sdk-go/i],
  ['aws-sdk-other', /aws-?sdk|awspowershell|aws-tools|aws-crt/i],
  ['azure-cli', /azurecli|azure-cli/i],
  // What PowerShell calls itself begins as a browser does.
  ['azure-powershell', /powershell|azurepscmdlets|psversion/i],
  ['graph', /microsoft[ .-]?graph|msgraph|^graph-|graphexplorer/i],
  ['azure-sdk', /\bazsdk|azure-sdk|ms-?rest-?azure|azure-core|azure-arm|\bmsal\b/i],
  ['gcloud', /google-cloud-sdk|^gcloud\//i],
  ['google-sdk', /google-(?:api|genai|cloud)-|\bgl-(?:python|node|go|java)\/|grpc-(?:go|java|python)/i],
  ['browser', /^\[?mozilla\//i],
  ['curl', /^(?:curl|wget|httpie)\b/i],
  ['api-client', /postman|insomnia|bruno/i],
  ['python-http', /python-requests|httpx|aiohttp|urllib|^python\b/i],
  ['node-http', /node-fetch|axios|undici|superagent|^got\b|^node\b|^bun\b|^deno\b/i],
  ['go-http', /go-http-client|^go-resty/i],
  ['java-http', /okhttp|apache-httpclient|^java\//i],
];

const MOST_LOOKED_AT = 512;

/** The family a user agent belongs to: `unknown` when no entry of the table fits, empty when none was given. */
export const readAgent: (text: string) => string = memoised(5_000, agent => {
  if (agent === '' || agent === '-') return '';
  const head = agent.slice(0, MOST_LOOKED_AT);
  return FAMILIES.find(([, pattern]) => pattern.test(head))?.[0] ?? 'unknown';
});
