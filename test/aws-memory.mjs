// Audits `aws:` on a clock that does not wait, and says what came of it and how much memory that took.
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { audit } from '../dist/audit.js';
import { tightenHeap } from '../dist/cli/heap.js';
import { aws } from '../dist/collect/aws.js';
import { openGeo } from '../dist/geo.js';
import { rules } from '../dist/rules/index.js';
import { timedHandler, virtualClock } from './servers/virtual-clock.mjs';

const now = Number(process.argv[2]);
const clock = virtualClock(now);
timedHandler(NodeHttpHandler.prototype, clock);

const watchHeap = tightenHeap();
const report = await audit(
  {
    sources: ['aws:'],
    rules: rules.map(rule => ({
      rule,
      options: Object.fromEntries(Object.entries(rule.options).map(([name, option]) => [name, option.default])),
    })),
    collectors: [aws],
    geo: openGeo({ networks: [] }),
    self: [],
    now,
    since: null,
    until: null,
    lookbackDays: null,
    world: { aws: {}, env: process.env, clock },
    version: '0.0.0',
  },
  {
    signal: new globalThis.AbortController().signal,
    onProgress: ({ events }) => watchHeap(events),
    tell: () => undefined,
  },
);
const [{ events, complete, note }] = report.sources;
const peakMiB = Math.ceil(process.resourceUsage().maxRSS / 1024);
process.stdout.write(JSON.stringify({ events, complete, note, peakMiB }));
