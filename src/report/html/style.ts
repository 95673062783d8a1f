/** The look of the page. Colours stand at the top, for both schemes; a test holds them to their contrast. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --panel: #f5f7f9; --edge: #cfd6dd; --text: #1b2026; --faint: #545d68; --link: #0550ae;
  --critical: #9b1021; --high: #a63c06; --medium: #765800; --low: #1f5c8c; --info: #545d68; --on: #ffffff;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #0f1419; --panel: #171d24; --edge: #343c45; --text: #e3e9ef; --faint: #9fabb8; --link: #7cb8ff;
    --critical: #ff9a92; --high: #ffb077; --medium: #e5c558; --low: #8fc7ff; --info: #b4bfca; --on: #10151a;
  }
}

* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto; max-width: 68rem; padding: 0 1rem 3rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere;
}
h1, h2, h3, h4, p, ul, ol, dl, dd, figure, fieldset { margin: 0; padding: 0; }
h1 { font-size: 1.5rem; } h1 .faint { font-size: 1rem; font-weight: 400; }
h2 { font-size: 1.25rem; margin: 2.25rem 0 .75rem; padding-bottom: .25rem; border-bottom: 1px solid var(--edge); }
h3 { font-size: 1.05rem; } h4 { font-size: 1rem; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 1px; border-radius: 3px; }
bdi, dd, td, th { unicode-bidi: isolate; }
code, pre, bdi { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .92em; }
[hidden] { display: none !important; }
.faint, .when, .owner, .tags, .gist, dt, caption, figcaption { color: var(--faint); }
.owner { font-weight: 400; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: .5rem; padding: .5rem; background: var(--page); z-index: 1; }

header { padding-top: 1.5rem; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin-top: .5rem; }
nav a, .timeline a { display: inline-block; padding: .2rem 0; }
footer { margin-top: 3rem; padding-top: .75rem; border-top: 1px solid var(--edge); color: var(--faint); font-size: .875rem; }
.lead { font-size: 1.125rem; margin-bottom: .75rem; }
.badge {
  display: inline-block; padding: 0 .5em; border-radius: .25rem; background: var(--text); color: var(--on);
  font-size: .8rem; font-weight: 700; line-height: 1.5; text-transform: uppercase; letter-spacing: .03em;
}
.badge.critical { background: var(--critical); } .badge.high { background: var(--high); }
.badge.medium { background: var(--medium); } .badge.low { background: var(--low); } .badge.info { background: var(--info); }
.tag {
  display: inline-block; padding: 0 .4em; border: 1px solid var(--edge); border-radius: .25rem;
  font: 600 .8rem/1.5 system-ui, sans-serif; color: var(--faint); white-space: nowrap;
}
.tag.hot { color: var(--critical); border-color: currentColor; }
.counts { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; }
.counts li { flex: 1 1 7rem; padding: .5rem .75rem; background: var(--panel); border: 1px solid var(--edge); border-radius: .5rem; }
.counts b { font-size: 1.5rem; margin-right: .25rem; }
.counts .zero { color: var(--faint); } .zero .badge { background: none; color: var(--faint); padding: 0; }
.state { margin: .75rem 0; padding: .5rem .75rem; border: 1px solid var(--edge); border-left: .3rem solid var(--low); border-radius: .25rem; }
.state.incomplete { border-left-color: var(--critical); background: var(--panel); }
.notes { padding-left: 1.25rem; }
.facts { display: grid; gap: .15rem; margin-bottom: .75rem; }
.facts div, .fields > div { display: grid; grid-template-columns: 9rem minmax(0, 1fr); gap: 0 .75rem; }
.plain { list-style: none; } .plain li { padding: .35rem 0; border-bottom: 1px solid var(--edge); }

.timeline { list-style: none; }
.timeline li {
  display: grid; grid-template-columns: minmax(0, 20rem) minmax(0, 1fr) 13.5rem; gap: 0 .75rem; align-items: center;
  min-height: 2rem; border-bottom: 1px solid var(--edge);
}
.timeline a { text-decoration: none; color: var(--text); } .timeline a:hover { text-decoration: underline; }
.timeline .when { font-size: .85rem; }
.lane, .scale, .hours { display: block; overflow: visible; }
.scale { margin-left: 20.75rem; width: calc(100% - 35rem); }
.lane line { stroke-width: 9; stroke-linecap: round; stroke: var(--info); }
.lane .rail { stroke: var(--edge); stroke-width: 1; }
.lane .critical { stroke: var(--critical); } .lane .high { stroke: var(--high); } .lane .medium { stroke: var(--medium); }
svg text { font: .75rem system-ui, sans-serif; fill: var(--faint); }
.tick { stroke: var(--edge); }

#controls {
  display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; margin-bottom: 1rem; padding: .75rem;
  background: var(--panel); border: 1px solid var(--edge); border-radius: .5rem;
}
#controls fieldset { display: flex; flex-wrap: wrap; gap: 0 1rem; border: 0; }
#controls legend { position: absolute; left: -999rem; }
#controls label { display: inline-flex; align-items: center; gap: .35rem; min-height: 2rem; max-width: 100%; }
#controls .search { flex: 1 1 100%; }
input[type=search], select { min-width: 0; max-width: 100%; }
input[type=search] { flex: 1; }
input, select, button {
  font: inherit; color: inherit; background: var(--page); border: 1px solid var(--faint); border-radius: .3rem; padding: .25rem .5rem;
}
input[type=checkbox] { width: 1.1rem; height: 1.1rem; accent-color: var(--link); }
::placeholder { color: var(--faint); opacity: 1; }
button { cursor: pointer; }
#count { flex: 1 1 100%; color: var(--faint); }

.group { margin-bottom: .75rem; border: 1px solid var(--edge); border-radius: .5rem; }
.group > summary { display: flex; flex-wrap: wrap; gap: .1rem .6rem; align-items: baseline; padding: .6rem .9rem; cursor: pointer; border-radius: .5rem; }
.group > summary:focus-visible { outline-offset: -3px; }
.group > summary:hover { background: var(--panel); }
.group > summary::before { content: "▸"; color: var(--faint); }
.group[open] > summary::before { content: "▾"; }
.group > summary::-webkit-details-marker { display: none; }
.group > summary h3 { flex: 0 1 auto; min-width: 0; }
.group .when { margin-left: auto; font-size: .9rem; }
.gist { flex: 1 1 100%; font-size: .9rem; }
.about { display: flex; flex-wrap: wrap; gap: 0 1.25rem; padding: 0 .9rem .5rem; font-size: .9rem; }
.findings { list-style: none; }
.finding { padding: .75rem .9rem; border-top: 1px solid var(--edge); }
.finding:target { box-shadow: inset .3rem 0 var(--link); }
.many .group, .many .finding { content-visibility: auto; contain-intrinsic-size: auto 5rem; }
.tags { font-size: .875rem; }
.remedy { padding: .75rem .9rem; border-top: 1px solid var(--edge); background: var(--panel); }
.group > .chart { padding: 0 .9rem .75rem; border-top: 1px solid var(--edge); }
.command { display: flex; gap: .5rem; align-items: start; margin-top: .4rem; }
.command pre {
  flex: 1; min-width: 0; margin: 0; padding: .4rem .6rem; background: var(--page); border: 1px solid var(--edge); border-radius: .3rem;
  white-space: pre-wrap; user-select: all; -webkit-user-select: all;
}
.command button { font-size: .875rem; }
details.more, details.data, details.rule { margin-top: .35rem; }
details.more > summary, details.data > summary { cursor: pointer; color: var(--link); font-size: .9rem; width: fit-content; }
details.rule > summary { cursor: pointer; } details.rule ul { padding-left: 1.25rem; }
.fields { font-size: .9rem; } .fields > div { padding: .2rem 0; border-bottom: 1px solid var(--edge); }
.fields ul { list-style: none; }

.chart { margin: .5rem 0; } figcaption, caption { font-size: .875rem; text-align: left; }
.hours path.usual, .bar rect.usual { fill: var(--low); fill-opacity: .55; }
.hours path.hot, .bar rect.hot { fill: var(--critical); }
.hours .limit { stroke: var(--text); } .hours .record { stroke: var(--text); stroke-dasharray: 5 4; }
.hours .on { fill: var(--text); paint-order: stroke; stroke: var(--page); stroke-width: 4; stroke-linejoin: round; }
.hours .strong { font-weight: 700; }
table { border-collapse: collapse; } th, td { padding: .15rem .75rem .15rem 0; text-align: left; vertical-align: top; font-weight: 400; }
thead th { color: var(--faint); font-size: .85rem; }
.scroll { max-width: 100%; overflow-x: auto; } .scroll th, .scroll td { overflow-wrap: normal; }
.register td, .register th { white-space: nowrap; padding-right: 1rem; }
.register .column-0, .register .column-2, .register .column-6 { white-space: normal; overflow-wrap: anywhere; min-width: 8rem; }
.register .column-0 { min-width: 12.5rem; } .register .column-2 { min-width: 10rem; }
.register tbody tr { border-top: 1px solid var(--edge); }
.places { width: 100%; max-width: 44rem; table-layout: fixed; margin-top: .5rem; }
.bar { display: flex; align-items: center; gap: .5rem; } .bar svg { flex: 1; min-width: 0; } .bar .amount { min-width: 3rem; }

@media (max-width: 48rem) {
  body { padding: 0 .75rem 2rem; }
  .timeline li { grid-template-columns: minmax(0, 1fr); padding: .35rem 0; }
  .scale { margin-left: 0; width: 100%; }
  .facts div { grid-template-columns: minmax(0, 1fr); } .fields > div { grid-template-columns: 6rem minmax(0, 1fr); }
  .facts div { margin-bottom: .3rem; }
  .group .when { margin-left: 0; flex: 1 1 100%; }
  .register thead { display: none; } .register, .register tbody, .register tr, .register td { display: block; }
  .register tr { padding: .5rem 0; } .register td { white-space: normal; padding: 0; } .register td:empty { display: none; }
  .register td::before { content: attr(data-label) ": "; color: var(--faint); } .register td:first-child::before { content: none; }
  .command { flex-direction: column; } .command pre { width: 100%; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
@media print {
  body { max-width: none; font-size: 10pt; }
  nav, .skip, .command button, #controls > :not(#count), #keys-search > :not(#keys-count) { display: none; }
  #controls { padding: 0; border: 0; background: none; }
  .many .group, .many .finding { content-visibility: visible; }
  details::details-content { content-visibility: visible; display: block; height: auto; }
  .finding, .remedy, .chart, .timeline li { break-inside: avoid; }
  summary { break-after: avoid; list-style: none; } .group[open] > summary::before, .group > summary::before { content: ""; }
  .badge { background: none !important; color: #000000; border: 1px solid; }
  .hours path, .bar rect, .lane line { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  a { color: inherit; }
}
`;
