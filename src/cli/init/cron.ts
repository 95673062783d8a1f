/** Lines for a crontab: a weekly audit in that folder, silent unless something is wrong or new. */
export function cronLines(folder: string): string {
  return `# Every Monday at 05:23, in the manner of chronic: no word, and so no mail, unless something is new or went wrong.
# Once before, by hand and in the same folder:  npx keyward audit --state memory --fail-on none
PATH=/usr/local/bin:/usr/bin:/bin
23 5 * * 1 umask 077; cd ${inCrontab(folder)} && { npx keyward audit --state memory >keyward.log 2>&1 || cat keyward.log; }
`;
}

/** A path as a word of the shell; cron itself takes a bare % for the end of the line. */
function inCrontab(path: string): string {
  const word = /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
  return word.replaceAll('%', '\\%');
}
