import type { AzureCloud, Task } from '../collector.ts';

/** Where one of Microsoft's clouds answers; all without a slash at the end. */
export interface Cloud {
  readonly id: AzureCloud;
  /** Log Analytics, and whom a token for it is made out to. */
  readonly logs: string;
  readonly audience: string;
  readonly arm: string;
  readonly graph: string;
  /** Where people and apps sign in. */
  readonly authority: string;
}

/** From the documentation of each service; none but the public one was ever tried. */
const CLOUDS: Readonly<Record<AzureCloud, Cloud>> = {
  public: {
    id: 'public',
    logs: 'https://api.loganalytics.io',
    audience: 'https://api.loganalytics.io',
    arm: 'https://management.azure.com',
    graph: 'https://graph.microsoft.com',
    authority: 'https://login.microsoftonline.com',
  },
  'us-government': {
    id: 'us-government',
    logs: 'https://api.loganalytics.us',
    audience: 'https://api.loganalytics.us',
    arm: 'https://management.usgovcloudapi.net',
    // That of the Department of Defense is another, dod-graph.microsoft.us, and not supported.
    graph: 'https://graph.microsoft.us',
    authority: 'https://login.microsoftonline.us',
  },
  china: {
    id: 'china',
    logs: 'https://api.loganalytics.azure.cn',
    audience: 'https://api.loganalytics.azure.cn',
    arm: 'https://management.chinacloudapi.cn',
    graph: 'https://microsoftgraph.chinacloudapi.cn',
    authority: 'https://login.chinacloudapi.cn',
  },
};

/** Other names of the places to sign in. */
const AUTHORITIES: Readonly<Record<string, AzureCloud>> = {
  'login.microsoftonline.us': 'us-government',
  'login.chinacloudapi.cn': 'china',
  'login.partner.microsoftonline.cn': 'china',
};

/** The cloud that the settings name or, failing that, the one whose sign-in AZURE_AUTHORITY_HOST names. */
export function cloudOf({ azure, env }: Pick<Task, 'azure' | 'env'>): Cloud {
  const named = env['AZURE_AUTHORITY_HOST'] ?? '';
  const cloud = CLOUDS[azure.cloud ?? AUTHORITIES[hostOf(named)] ?? 'public'];
  return named === '' ? cloud : { ...cloud, authority: named.replace(/\/+$/, '') };
}

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).hostname.toLowerCase() : url.toLowerCase());
