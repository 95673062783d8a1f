/** Whether a text fits one of the patterns, in which `*` stands for any text and `?` for one character, whatever the case. */
export function globs(patterns: readonly string[]): (text: string) => boolean {
  const lower = patterns.map(pattern => pattern.toLowerCase());
  return text => lower.some(pattern => fits(text.toLowerCase(), pattern));
}

/** Whether a pattern stands for more than one text. */
export const isGlob = (pattern: string): boolean => /[*?]/.test(pattern);

/** Goes back to the last `*` alone, so that no pattern takes longer than its length times that of the text. */
function fits(text: string, pattern: string): boolean {
  let [at, i, star, tried] = [0, 0, -1, 0];
  while (at < text.length) {
    if (pattern[i] === '*') [star, tried, i] = [i, at, i + 1];
    else if (i < pattern.length && (pattern[i] === '?' || pattern[i] === text[at])) [at, i] = [at + 1, i + 1];
    else if (star >= 0) [tried, at, i] = [tried + 1, tried + 1, star + 1];
    else return false;
  }
  while (pattern[i] === '*') i++;
  return i === pattern.length;
}
