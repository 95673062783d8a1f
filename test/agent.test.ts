import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAddress } from '../src/normalise/address.ts';
import { readAgent } from '../src/normalise/agent.ts';
import { modelInError, readModel } from '../src/normalise/model-name.ts';
import { redact, redactCredential, tidy } from '../src/normalise/redact.ts';

describe('readAgent', () => {
  test.each([
    ['', ''],
    ['aws-cli/2.17.32 md/awscrt#0.21.2 ua/2.0 os/linux#5.15 lang/python#3.11.9 md/command#iam.create', 'aws-cli'],
    ['[aws-cli/1.11.1 Python/2.7.12 Linux/4.4 botocore/1.4.58]', 'aws-cli'],
    ['aws-cli/2.1 Python/3.8 Linux/6.1-kali botocore/2', 'pentest-tool'],
    ['stratus-red-team_180e078f-4ad3-40c5-9ec3-efff37e17b25', 'pentest-tool'],
    ['Boto3/1.17.40 Python/3.6.12 Linux/3.10.0 Botocore/1.20.112', 'boto3'],
    ['CloudCustodian(x)/0.9.2 Python/3.8.3 Linux/4.14 Botocore/1.15.49', 'boto3'],
    ['aws-sdk-js/3.981.0 ua/2.1 os/linux', 'aws-sdk-js'],
    ['aws-sdk-nodejs/2.1000.0 linux/v14', 'aws-sdk-js'],
    ['aws-sdk-java/2.20.1 Linux/5.4', 'aws-sdk-java'],
    ['aws-sdk-go-v2/1.30.0 os/linux lang/go#1.22', 'aws-sdk-go'],
    ['aws-sdk-ruby3/3.1', 'aws-sdk-other'],
    ['APN/1.0 HashiCorp/1.0 Terraform/1.5.7 (+https://www.terraform.io) aws-sdk-go-v2/1.21', 'terraform'],
    ['cloudformation.amazonaws.com', 'cloudformation'],
    ['console.ec2.amazonaws.com', 'console'],
    ['signin.amazonaws.com', 'console'],
    ['[S3Console/0.4]', 'console'],
    ['ec2.amazonaws.com', 'aws-internal'],
    ['AWS Internal', 'aws-internal'],
    ['aws-service', 'unknown'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36', 'browser'],
    ['OpenAI/Python 1.50.0', 'openai-sdk'],
    ['AsyncOpenAI/Python 1.50.0', 'openai-sdk'],
    ['Anthropic/Python 0.39.0', 'anthropic-sdk'],
    ['AnthropicBedrock/JS 0.12', 'anthropic-sdk'],
    ['AnthropicFoundry/Python 0.80.0', 'anthropic-sdk'],
    ['anthropic-sdk-go/1.2.0', 'anthropic-sdk'],
    ['openai-python/1.50.0', 'openai-sdk'],
    ['OpenAI/NodeJS/3.1.0', 'openai-sdk'],
    ['claude-cli/2.0.1 (external, cli)', 'claude-code'],
    ['google-cloud-sdk gcloud/560.0.0 command/gcloud.iam.service-accounts.keys.create', 'gcloud'],
    ['gcloud/560.0.0', 'gcloud'],
    ['google-genai-sdk/1.20.0 gl-python/3.12.4', 'google-sdk'],
    ['google-api-python-client/2.1 (gzip)', 'google-sdk'],
    ['model-builder/1.60 grpc-python/1.62.0 gapic/1.60', 'google-sdk'],
    ['grpc-go/1.65.0', 'google-sdk'],
    ['Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0', 'browser'],
    ['litellm/1.40', 'litellm'],
    ['Boto3/1.34 langchain-aws/0.2 Botocore/1.34', 'langchain'],
    ['curl/8.4.0', 'curl'],
    ['python-requests/2.31.0', 'python-http'],
    ['axios/1.6.0', 'node-http'],
    ['Go-http-client/1.1', 'go-http'],
    ['S3 Browser/10.9.9 (https://s3browser.com)', 's3-browser'],
    ['TruffleHog', 'trufflehog'],
    ['something nobody has heard of', 'unknown'],
  ])('%s is %s', (agent, family) => {
    expect(readAgent(agent)).toBe(family);
  });
});

describe('readAddress', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:443', '192.0.2.1'],
    ['2001:DB8::1', '2001:db8:0:0:0:0:0:1'],
    ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8:0:0:0:0:0:1'],
    ['[2001:db8::1]:8080', '2001:db8:0:0:0:0:0:1'],
    ['fe80::1%eth0', 'fe80:0:0:0:0:0:0:1'],
    ['::ffff:192.0.2.9', '192.0.2.9'],
    ['', ''],
    ['035.249.253.232', ''],
    ['253.252.51.07', ''],
    ['192.0.2.256', ''],
    ['192.0.2', ''],
    ['ec2.amazonaws.com', ''],
    ['AWS Internal', ''],
    ['AWS Internal/#', ''],
    ['2001:db8::g', ''],
    [`192.0.2.1${'0'.repeat(1000)}`, ''],
  ])('%s is %s', (text, address) => {
    expect(readAddress(text)).toBe(address);
  });

  test('is a fixed point, and an address or nothing', () => {
    const texts = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string());
    fc.assert(
      fc.property(texts, text => {
        const address = readAddress(text);
        expect(readAddress(address)).toBe(address);
        expect(address === '' || isIP(address) > 0).toBe(true);
        expect(address).not.toContain('::');
        if (isIP(text) > 0) expect(address).not.toBe('');
      }),
    );
  });
});

describe('readModel', () => {
  const SONNET = 'anthropic.claude-3-sonnet-20240229-v1:0';
  const ARN = 'arn:aws:bedrock:us-east-1';
  test.each([
    [SONNET, SONNET],
    [`us.${SONNET}`, SONNET],
    [`us-gov.${SONNET}`, SONNET],
    [`eu.${SONNET}`, SONNET],
    [`apac.${SONNET}`, SONNET],
    [`au.${SONNET}`, SONNET],
    [`global.${SONNET}`, SONNET],
    [`${ARN}::foundation-model/${SONNET}`, SONNET],
    [`${ARN}:123456789012:inference-profile/us.${SONNET}`, SONNET],
    [`${ARN}:123456789012:application-inference-profile/a1b2c3d4e5f6`, 'a1b2c3d4e5f6'],
    [`${ARN}:123456789012:provisioned-model/q9w8e7r6`, 'q9w8e7r6'],
    [`${ARN}:123456789012:custom-model/amazon.titan-text-lite-v1:0:4k/x1y2z3`, 'x1y2z3'],
    [`${ARN}:123456789012:agent-alias/AGENT/ALIAS`, ''],
    ['claude-opus-4-7', 'claude-opus-4-7'],
    ['us.something', 'us.something'],
    ['', ''],
  ])('%s is %s', (text, model) => {
    expect(readModel(text)).toBe(model);
  });

  test('finds the model that was refused in what the refusal says', () => {
    const refusal = `User: x is not authorized to perform: bedrock:InvokeModel on resource: ${ARN}::foundation-model/${SONNET}.`;
    expect(modelInError(refusal)).toBe(SONNET);
    expect(modelInError('Too many requests')).toBe('');
  });
});

describe('redact', () => {
  const body = 'Ab1'.repeat(30);
  test.each([
    `ABSK${body}`,
    `bedrock-api-key-${body}`,
    `aws-external-anthropic-api-key-${body}`,
    `sk-ant-api03-${body}`,
    `sk-proj-${body}`,
    `sk-${body}`,
    `ghp_${body}`,
    `github_pat_${body}`,
    `IQoJb3JpZ2luX2Vj${body}`,
    `FwoGZXIvYXdzE${body}`,
    `gsk_${body}`,
    `xai-${body}`,
    `pplx-${body}`,
    `nvapi-${body}`,
    `r8_${body}`,
    `hf_${body}`,
    `fw_${body}`,
    `AIza${body}`,
    `ghs_${body}`,
    `ghu_${body}`,
    `gho_${body}`,
    `ghr_${body}`,
    `npm_${body}`,
    `glpat-${body}`,
    `sk_live_${body}`,
    `eyJhbGciOiJI.eyJzdWIiOiIx.${body}`,
    `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----`,
  ])('takes out %s', secret => {
    for (const text of [secret, `${secret} `, `before ${secret}`, `(${secret})`]) {
      expect(redact(text)).toBe(text.replace(secret, '[redacted]'));
    }
  });

  test.each([
    'AKIAIOSFODNN7EXAMPLE',
    'ASIAIOSFODNN7EXAMPLE',
    'ACCAIOSFODNN7EXAMPLE',
    'arn:aws:sts::123456789012:assumed-role/ci/task-0123456789abcdef0123456789abcdef',
    'disk-0123456789abcdef0123456789abcdef',
    'BedrockAPIKey-x1y2',
    '0123456789abcdef0123456789abcdef01234567',
    'AnUncommonlyLongNameOfARoleWithoutDigits',
    '0123456789ABCDEF0123456789ABCDEF01234567',
    'arn:aws:iam::123456789012:role/service-role/AmazonBedrockExecutionRoleForAgents_A1B2C3D4E5F',
    'maxai-0123456789abcdef0123456789',
    'draw_fw_0123456789',
    'anthropic.claude-3-sonnet-20240229-v1:0',
  ])('leaves %s', text => {
    expect(redact(text)).toBe(text);
    expect(tidy(text)).toBe(text);
  });

  test.each([
    'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    '/alrXUtnFEMI+K7MDENGabPxRfiCYEXAMPLEKEY/',
    'Ab1Ab1Ab1Ab1Ab1Ab1Ab1Ab1Ab1Ab1Ab1Ab1Ab1A',
    'wJalrXUtnFEMIaK7MDENGabPxRfiCYEXAM/LEKE=',
  ])('knows the secret access key %s by its shape', secret => {
    const user = `arn:aws:iam::123456789012:user/${secret}`;
    const session = `arn:aws:sts::123456789012:assumed-role/${secret}/i-0abc`;
    for (const text of [secret, user, session, `a ${secret} b`, `AWS_SECRET_ACCESS_KEY=${secret}`, `[${secret}]`]) {
      expect(redact(text)).toBe(text.replace(secret, '[redacted]'));
    }
  });

  test('leaves none of a secret behind where a path before it makes the start uncertain', () => {
    const secret = 'Jalr1XUtn/FEMIaK7MDENGabPxRfiCYEXAMPLEKE';
    for (const path of ['user/', 'role/a/', 'assumed-role/service/x/', '/some/very/long/path/of/names/A1/']) {
      expect(redact(path + secret)).not.toMatch(/FEMI|MDENG|LEKE/);
    }
  });

  test('takes any forty characters of base64 for a secret where a key id belongs', () => {
    const digest = '0123456789abcdef0123456789abcdef01234567';
    expect(redactCredential(digest)).toBe('[redacted]');
    expect(redactCredential(`${digest}x`)).toBe(`${digest}x`);
  });

  test('makes a text fit to keep: short, whole, without controls', () => {
    expect(tidy('a\u0000b\u001b[31m\u202ec\ud800d')).toBe('a\ufffdb\ufffd[31m\ufffdc\ufffdd');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.integer({ min: 16, max: 64 }), (text, limit) => {
        const safe = tidy(text, limit);
        expect(safe.length).toBeLessThanOrEqual(limit);
        expect(safe).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
        expect(tidy(safe, limit)).toBe(safe);
      }),
    );
    expect(tidy(`${'x'.repeat(90)}a`, 64)).not.toBe(tidy(`${'x'.repeat(90)}b`, 64));
  });
});
