import type { Told } from './cloudtrail-deeds.ts';
import { fit, type GcpAct, nameAsked, type Tell, told } from './gcp-act.ts';
import { dive, diveList, diveText } from './gcp-entry.ts';

/** Days that Cloud Logging keeps a log for when nothing else is said. */
const USUAL_DAYS = 30;

/** What of a sink decides which entries arrive, and where. */
const DECIDING = /(?:^|\W)(?:filter|destination|disabled|exclusions?|include_?children|intercept_?children)/i;

/** Actions that switch logs off, delete them or keep them for less long. */
export const LOG_TELLERS: readonly (readonly [string, Tell])[] = [
  ['logging:DeleteSink', silence('sinkName')],
  ['logging:UpdateSink', changeSink],
  ['logging:DeleteBucket', silence('name')],
  ['logging:UpdateBucket', shortenBucket],
  ['logging:DeleteLog', silence('logName')],
  ['logging:CreateExclusion', silence('')],
  ['logging:UpdateExclusion', silence('')],
  ['logging:UpdateSettings', cutDefaultSink],
  ['serviceusage:DisableService', disableLogging],
  ['aiplatform:SetPublisherModelConfig', stopModelLog],
];

function silence(name: string): Tell {
  return act => [silent(act, name === '' ? '' : diveText(act.entry.request, name))];
}

const silent = (act: GcpAct, name = '', note = ''): Told => told('silence', fit(`${name || act.resource}${note}`));

/** Without a mask the whole sink is replaced. */
function changeSink(act: GcpAct): readonly Told[] {
  const { request } = act.entry;
  const mask = diveText(request, 'updateMask');
  if (mask !== '' && !DECIDING.test(mask)) return [];
  const name = diveText(request, 'sinkName');
  const isOff = diveText(request, 'sink', 'disabled') === 'true';
  const excludes = diveList(request, 'sink', 'exclusions').length > 0;
  return [silent(act, name, isOff ? ' (disabled)' : excludes ? ' (leaves entries out)' : '')];
}

/** The log does not say for how long it was before. */
function shortenBucket(act: GcpAct): readonly Told[] {
  const text = diveText(act.entry.request, 'bucket', 'retentionDays');
  const days = Number(text);
  return text === '' || !(days < USUAL_DAYS) ? [] : [silent(act, nameAsked(act), ` (keeps ${days} days)`)];
}

function cutDefaultSink(act: GcpAct): readonly Told[] {
  const isOff = diveText(act.entry.request, 'settings', 'disableDefaultSink') === 'true';
  return isOff ? [silent(act, '', ' (no default sink)')] : [];
}

function disableLogging(act: GcpAct): readonly Told[] {
  const names = [nameAsked(act), diveText(act.entry.request, 'serviceName')];
  return names.some(name => /(?:^|\/)logging\.googleapis\.com$/.test(name)) ? [silent(act)] : [];
}

/** What models are asked and answer is written down no more. */
function stopModelLog(act: GcpAct): readonly Told[] {
  const config = dive(act.entry.request, 'publisherModelConfig');
  const isOn = diveText(config, 'loggingConfig', 'enabled') === 'true';
  return config === undefined || isOn ? [] : [silent(act, nameAsked(act))];
}
