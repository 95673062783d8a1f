/** @import { Random } from '../make/random.mjs' */

/** @param {Random} random */
export function pythonAgent(random) {
  const boto = `1.${random.between(34, 40)}.${random.between(0, 99)}`;
  const python = `3.${random.between(9, 13)}.${random.between(0, 12)}`;
  return `Boto3/${boto} md/Botocore#${boto} ua/2.1 os/linux#6.8.0-${random.between(1001, 1039)}-aws md/arch#x86_64 lang/python#${python} md/pyimpl#CPython m/Z,b,D cfg/retry-mode#standard Botocore/${boto}`;
}

/** @param {Random} random */
function nodeAgent(random) {
  const node = `3.${random.between(700, 930)}.0`;
  return `aws-sdk-js/${node} ua/2.1 os/linux#5.10.${random.between(180, 245)}-267.968.amzn2.x86_64 lang/js md/nodejs#22.${random.between(1, 20)}.0 api/bedrock-runtime#${node} exec-env/AWS_Lambda_nodejs22.x m/E,n,e,N`;
}

/** @param {Random} random */
function goAgent(random) {
  return `aws-sdk-go-v2/1.${random.between(30, 39)}.${random.between(0, 9)} ua/2.1 os/linux lang/go#1.${random.between(22, 25)}.${random.between(0, 8)} md/GOOS#linux md/GOARCH#arm64 api/bedrockruntime#1.${random.between(28, 38)}.${random.between(0, 6)} m/E,g`;
}

/** @param {Random} random */
function cliAgent(random) {
  return `aws-cli/2.${random.between(20, 31)}.${random.between(0, 30)} md/awscrt#0.28.4 ua/2.1 os/macos#25.1.0 md/arch#arm64 lang/python#3.13.9 md/pyimpl#CPython m/E,b,Z,n,C md/prompt#off`;
}

/** What programs call themselves. @param {Random} random */
export const programAgent = random => random.pick([pythonAgent, pythonAgent, nodeAgent, goAgent])(random);

/** What a person's tools call themselves. @param {Random} random */
export const personalAgent = random =>
  random.pick([pythonAgent, pythonAgent, cliAgent, () => 'claude-cli/2.0.41 (external, cli)'])(random);

/** What attackers' tools call themselves: the same as everybody's, mostly. @param {Random} random */
export const strangeAgent = random =>
  random.pick([
    pythonAgent,
    goAgent,
    () =>
      'Boto3/1.34.46 md/Botocore#1.34.46 ua/2.0 os/linux#6.6.15-amd64 md/arch#x86_64 lang/python#3.11.6 md/pyimpl#CPython Botocore/1.34.46',
    () => 'aws-cli/2.15.10 Python/3.11.6 Linux/6.6.15-amd64 exe/x86_64.kali.2024 prompt/off',
    () => 'python-requests/2.32.3',
  ])(random);

export const BROWSER =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';
export const ACTIONS_AGENT = 'configure-aws-credentials-for-github-actions';
export const TERRAFORM_AGENT =
  'APN/1.0 HashiCorp/1.0 Terraform/1.13.4 (+https://www.terraform.io) terraform-provider-aws/6.19.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.39.4 ua/2.1 os/linux lang/go#1.24.8 md/GOOS#linux md/GOARCH#amd64 api/iam#1.50.1 m/C';
