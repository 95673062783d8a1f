import { accessLog } from './access-log.ts';
import { envoy } from './envoy.ts';
import type { Format } from './format.ts';
import { kong } from './kong.ts';

/** The formats of access logs of proxies and gateways; with trusted proxies in front, `X-Forwarded-For` is believed that far. */
export const proxyFormats = (trustedProxies = 0): readonly Format[] => [
  kong(trustedProxies),
  envoy(trustedProxies),
  accessLog(trustedProxies),
];
