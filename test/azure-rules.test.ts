import { describe, expect, test } from 'vitest';
import { principalText } from '../src/kinds.ts';
import { readAgent } from '../src/normalise/agent.ts';

const SUBSCRIPTION = '/subscriptions/00000000-1111-2222-3333-444444444444';
const GROUP = `${SUBSCRIPTION}/resourcegroups/ai`;
const ACCOUNT = `${GROUP}/providers/microsoft.cognitiveservices/accounts/prod-ai`;

describe('names of principals and resources', () => {
  test.each([
    [ACCOUNT, 'accounts/prod-ai'],
    [`${ACCOUNT}/deployments/chat`, 'accounts/prod-ai/deployments/chat'],
    [`${ACCOUNT}/providers/microsoft.insights/diagnosticsettings/all`, 'diagnosticsettings/all of accounts/prod-ai'],
    [
      `${SUBSCRIPTION}/providers/microsoft.insights/diagnosticsettings/all`,
      'diagnosticsettings/all of subscription 00000000-1111-2222-3333-444444444444',
    ],
    [SUBSCRIPTION, 'subscription 00000000-1111-2222-3333-444444444444'],
    [GROUP, 'resource group ai'],
    [
      `${GROUP.slice(1)}/providers/microsoft.managedidentity/userassignedidentities/deploy`,
      'userassignedidentities/deploy',
    ],
    [
      `${GROUP}/providers/microsoft.apimanagement/service/gateway/subscriptions/team-a`,
      'service/gateway/subscriptions/team-a',
    ],
    [`${SUBSCRIPTION}/providers/`, 'subscription 00000000-1111-2222-3333-444444444444'],
    ['user/alice@example.com', 'user/alice@example.com'],
    ['app/11111111-2222-3333-4444-555555555555', 'app/11111111-2222-3333-4444-555555555555'],
  ])('%s', (id, text) => {
    expect(principalText(id)).toBe(text);
  });
});

describe('families of agents', () => {
  test.each([
    ['python/3.11.8 (Linux-5.15) AZURECLI/2.61.0 (DEB)', 'azure-cli'],
    ['AZURECLI/2.61.0 (DEB) azsdk-python-core/1.28.0 Python/3.11.8', 'azure-cli'],
    ['Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041.1682', 'azure-powershell'],
    ['Mozilla/5.0 (Windows NT 10.0; Microsoft Windows 10.0.19045; en-US) PowerShell/7.4.1', 'azure-powershell'],
    ['AzurePowershell/v11.2.0 PSVersion/v7.4.1 Az.Accounts/2.15.0', 'azure-powershell'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36', 'browser'],
    ['azsdk-python-keyvault-secrets/4.8.0 Python/3.11.8 (Linux)', 'azure-sdk'],
    ['azsdk-js-identity/4.2.0 core-rest-pipeline/1.16.0 Node/20.11.0', 'azure-sdk'],
    ['graph-python-core/1.0.0 (featureUsage=00)', 'graph'],
    ['Microsoft.Graph/5.44.0', 'graph'],
    ['HashiCorp Terraform/1.7.5 (+https://www.terraform.io) azsdk-go-armresources', 'terraform'],
    ['AWSPowerShell.NetCore/4.1.500 .NET_Core/6.0 OS/Linux', 'aws-sdk-other'],
  ])('%s is %s', (agent, family) => {
    expect(readAgent(agent)).toBe(family);
  });
});
