/**
 * What the page does beyond what HTML does: search and filters, buttons to copy, folds that open for print and links.
 * It makes elements and sets text, but never HTML; without it everything can still be read.
 */
export const script = `
'use strict';
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const form = document.getElementById('controls');

  // Search and filters.
  const groups = all('.group').map(element => ({
    element,
    name: element.querySelector('summary').textContent.toLowerCase(),
    wasOpen: element.open,
    entries: all('.finding', element).map(finding => ({ finding, text: null })),
  }));
  const total = groups.reduce((sum, { entries }) => sum + entries.length, 0);
  const MOST_OPENED = 20;

  // Read when it is first searched, and in lower case.
  const textOf = entry => (entry.text ??= entry.finding.textContent.toLowerCase());

  const wanted = () => {
    const data = new FormData(form);
    const words = String(data.get('text')).toLowerCase().split(/\\s+/).filter(word => word !== '');
    const severities = new Set(data.getAll('severity'));
    return { words, severities, rule: data.get('rule'), status: data.get('status') ?? '' };
  };

  const matches = (entry, name, { words, severities, rule, status }) => {
    const { dataset } = entry.finding;
    return severities.has(dataset.severity) && (rule === '' || rule === dataset.rule) &&
      (status === '' || status === dataset.status) &&
      words.every(word => name.includes(word) || textOf(entry).includes(word));
  };

  let wasNarrow = false;
  const filter = () => {
    const want = wanted();
    const isNarrow = want.words.length > 0 || want.rule !== '' || want.status !== '';
    let shown = 0;
    let opened = 0;
    const isWide = wasNarrow && !isNarrow;
    wasNarrow = isNarrow;
    for (const { element, name, entries, wasOpen } of groups) {
      let some = 0;
      for (const entry of entries) {
        const isShown = matches(entry, name, want);
        entry.finding.hidden = !isShown;
        if (isShown) some++;
      }
      element.hidden = some === 0;
      shown += some;
      if (isWide) element.open = wasOpen;
      else if (isNarrow && some > 0 && opened++ < MOST_OPENED) element.open = true;
    }
    document.getElementById('count').textContent =
      shown === total ? 'All ' + total + ' findings are shown.' : shown + ' of ' + total + ' findings are shown.';
  };

  if (form !== null) {
    let waiting = 0;
    form.hidden = false;
    form.addEventListener('submit', event => event.preventDefault());
    form.addEventListener('input', () => {
      clearTimeout(waiting);
      waiting = setTimeout(filter, 120);
    });
    form.addEventListener('reset', () => setTimeout(filter));
    const unfold = document.getElementById('unfold');
    unfold.addEventListener('click', () => {
      const isOpening = groups.some(({ element }) => !element.hidden && !element.open);
      for (const { element } of groups) element.open = isOpening;
      unfold.textContent = isOpening ? 'Fold all' : 'Unfold all';
    });
    filter();
  }

  // Keys are searched row by row, every word in any cell.
  const search = document.getElementById('keys-search');
  if (search !== null) {
    const rows = all('#keys tbody tr').map(row => ({ row, text: null }));
    const find = () => {
      const words = search.querySelector('input').value.toLowerCase().split(/\\s+/);
      let shown = 0;
      for (const entry of rows) {
        entry.text ??= entry.row.textContent.toLowerCase();
        entry.row.hidden = !words.every(word => entry.text.includes(word));
        if (!entry.row.hidden) shown++;
      }
      document.getElementById('keys-count').textContent =
        shown === rows.length ? '' : shown + ' of ' + rows.length + ' keys are shown.';
    };
    let waiting = 0;
    search.hidden = false;
    search.addEventListener('input', () => {
      clearTimeout(waiting);
      waiting = setTimeout(find, 120);
    });
  }

  // A link to what is folded or filtered away brings it back.
  const reveal = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target === null) return;
    if (target.closest('[hidden]') !== null) {
      form.reset();
      filter();
    }
    for (let at = target; at !== null; at = at.parentElement) if (at.tagName === 'DETAILS') at.open = true;
    target.scrollIntoView();
  };
  addEventListener('hashchange', reveal);
  document.addEventListener('click', event => {
    // A link that is followed twice changes nothing in the address.
    if (event.target.closest('a[href^="#"]') !== null) setTimeout(reveal);
  });
  if (location.hash !== '') reveal();

  // Commands are copied as they stand.
  const copy = async (code, button) => {
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      getSelection().selectAllChildren(code);
      if (!document.execCommand('copy')) return;
    }
    button.textContent = 'Copied';
    setTimeout(() => (button.textContent = 'Copy'), 2000);
  };
  document.addEventListener('click', event => {
    const button = event.target.closest('.command button');
    if (button !== null) copy(button.parentElement.querySelector('code'), button);
  });
  for (const command of all('.command')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Copy';
    button.ariaLabel = 'Copy the command';
    command.append(button);
  }

  // Paper has no folds.
  let folded = [];
  addEventListener('beforeprint', () => {
    folded = all('details:not([open])');
    for (const element of folded) element.open = true;
  });
  addEventListener('afterprint', () => {
    for (const element of folded) element.open = false;
  });
})();
`;
