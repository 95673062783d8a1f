import { DAY, HOUR } from '../simulate/time.mjs';

/** @import { Label } from '../simulate/attacks.mjs' */
/** @import { Finding, Severity } from '../../src/model/finding.ts' */

/**
 * What became of one attack.
 *
 * @typedef {object} Result
 * @property {Label} label
 * @property {Severity | ''} severity Of the gravest finding about it, '' when there is none.
 * @property {number | null} hours To the first finding of medium or above.
 * @property {readonly string[]} rules Of medium or above.
 * @property {number} named Share of the keys of the attack that they name.
 *
 * @typedef {object} Noise A finding that no attack explains.
 * @property {string} rule
 * @property {Severity} severity
 * @property {number} weeks In how many of the judged ones it came up anew.
 * @property {string} credential
 * @property {string} message
 */

/** From the least to the gravest. @type {readonly Severity[]} */
export const LEVELS = ['info', 'low', 'medium', 'high', 'critical'];

/** @param {Severity | ''} severity @param {Severity} least */
export const isAtLeast = (severity, least) => severity !== '' && LEVELS.indexOf(severity) >= LEVELS.indexOf(least);

/** Facts about a key that no use of it changes: how old it is and what it was given. */
export const STANDING = [
  'dormant-key',
  'key-auth-enabled',
  'keys-overlap',
  'long-lived-key',
  'long-ttl',
  'never-expires',
];

/** @param {readonly Finding[]} findings @param {readonly Label[]} labels @returns {Result[]} */
export const resultsOf = (findings, labels) =>
  labels.map(label => {
    const about = findings.filter(finding => explains(label, finding));
    const heard = about.filter(({ severity }) => isAtLeast(severity, 'medium'));
    const from = Date.parse(label.from);
    const starts = heard.flatMap(finding => withinOf(label, finding).map(episode => Math.max(0, episode.from - from)));
    return {
      label,
      severity: LEVELS.findLast(level => about.some(({ severity }) => severity === level)) ?? '',
      hours: starts.length === 0 ? null : Math.min(...starts) / HOUR,
      rules: [...new Set(heard.map(({ rule }) => rule))].sort(),
      named:
        label.credentials.filter(id => heard.some(finding => isNamed(finding, id))).length / label.credentials.length,
    };
  });

/** Whether a finding is about what was planted: its key or one of its members, within its time and a day. @param {Label} label @param {Finding} finding */
const explains = (label, finding) =>
  !STANDING.includes(finding.rule) && isAbout(label, finding) && withinOf(label, finding).length > 0;

/** @param {Label} label @param {Finding} finding */
const isAbout = ({ credentials }, finding) => credentials.some(id => isNamed(finding, id));

/** @param {Finding} finding @param {string} id */
const isNamed = ({ credential, members, subject }, id) =>
  credential?.id === id || members.includes(id) || subject.includes(id);

/** @param {Label} label @param {Finding} finding */
const withinOf = ({ from, until }, { episodes }) =>
  episodes.filter(episode => episode.until >= Date.parse(from) && episode.from <= Date.parse(until) + DAY);

/** @param {readonly Finding[]} findings @param {readonly Label[]} labels @param {number} since @returns {Noise[]} */
export function noiseOf(findings, labels, since) {
  const benign = findings.filter(
    finding => !labels.some(label => explains(label, finding) || isOfAttacker(label, finding)),
  );
  return benign.flatMap(({ rule, severity, episodes, credential, subject, message }) => {
    const begun = episodes
      .filter(({ from }) => from >= since)
      .map(({ from }) => Math.floor((from - since) / (7 * DAY)));
    const weeks = STANDING.includes(rule) ? 1 : new Set(begun).size;
    return weeks === 0 ? [] : [{ rule, severity, weeks, credential: credential?.id ?? subject, message }];
  });
}

/** Of a key that there would not be but for the attack. @param {Label} label @param {Finding} finding */
const isOfAttacker = (label, finding) =>
  label.bystanders.includes(finding.credential?.id ?? '') ||
  (/^(?:fresh-accounts|account-farm|mint)/.test(label.attack) && isAbout(label, finding));
