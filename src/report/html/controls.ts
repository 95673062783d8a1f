import { STATUS_WORDS } from '../digest/telling.ts';
import type { Finding } from '../../model/finding.ts';
import { SEVERITIES } from '../../severity.ts';
import { compareText } from '../../wording.ts';
import { tameName } from '../digest/tame.ts';
import type { Setting } from './groups.ts';
import { type Markup, markup, NONE } from './markup.ts';

/** Search and filters; hidden until the script can serve them. */
export function controls(findings: readonly Finding[], { isCompared }: Setting): Markup {
  if (findings.length === 0) return NONE;
  const severities = SEVERITIES.filter(severity => findings.some(finding => finding.severity === severity)).map(
    severity =>
      markup`<label><input type="checkbox" name="severity" value="${severity}" checked> ${severity} <span class="faint">${countOf(findings, finding => finding.severity === severity)}</span></label>`,
  );
  return markup`<form id="controls" role="search" aria-label="Findings" hidden>
<label class="search">Search <input type="search" name="text" autocomplete="off" spellcheck="false" placeholder="key, holder, country, event …"></label>
<fieldset><legend>Severity</legend>${severities}</fieldset>
<label>Rule <select name="rule"><option value="">all rules</option>${rulesOf(findings)}</select></label>
${isCompared ? statusSelect(findings) : NONE}<button type="reset">Show all</button> <button type="button" id="unfold">Unfold all</button>
<p id="count" role="status"></p>
</form>
`;
}

function rulesOf(findings: readonly Finding[]): Markup[] {
  const rules = [...new Set(findings.map(({ rule }) => rule))].sort(compareText);
  return rules.map(rule => {
    const name = tameName(rule) || '(unnamed)';
    return markup`<option value="${name}">${name} (${countOf(findings, finding => finding.rule === rule)})</option>`;
  });
}

function statusSelect(findings: readonly Finding[]): Markup {
  const options = (['new', 'recurred', 'known'] as const).map(
    status =>
      markup`<option value="${status}">${STATUS_WORDS[status]} (${countOf(findings, finding => finding.status === status)})</option>`,
  );
  return markup`<label>Status <select name="status"><option value="">any</option>${options}</select></label>
`;
}

const countOf = (findings: readonly Finding[], isMeant: (finding: Finding) => boolean): number =>
  findings.filter(isMeant).length;
