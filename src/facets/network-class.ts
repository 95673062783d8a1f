/** What a network is for, as far as the name of who runs it tells. */
export type NetworkClass = 'cloud' | 'hosting' | 'vpn' | 'consumer' | 'other';

/** The words that tell each class. */
export interface ClassNames {
  readonly vpnNames: readonly string[];
  readonly hostingNames: readonly string[];
  readonly consumerNames: readonly string[];
  readonly cloudNames: readonly string[];
}

/** Tells what a network is for by its operator, as in 'AS64496 Example Net'; the first class that has one of the words. */
export function classifier({ vpnNames, hostingNames, consumerNames, cloudNames }: ClassNames) {
  const classes = [
    ['vpn', vpnNames],
    ['hosting', hostingNames],
    ['consumer', consumerNames],
    ['cloud', cloudNames],
  ] as const;
  const patterns = classes.map(([name, words]) => [name, patternOf(words)] as const);
  const known = new Map<string, NetworkClass>();
  return (operator: string): NetworkClass => {
    const held = known.get(operator);
    if (held !== undefined) return held;
    const found = patterns.find(([, pattern]) => pattern.test(operator))?.[0] ?? 'other';
    known.set(operator, found);
    return found;
  };
}

const CLASS_TEXT: Readonly<Record<NetworkClass, string>> = {
  cloud: 'a cloud',
  hosting: 'rented servers',
  vpn: 'a VPN',
  consumer: 'a consumer network',
  other: 'another network',
};

/** The class in words, as in 'a VPN'. */
export const classText = (name: NetworkClass): string => CLASS_TEXT[name];

/** Who runs a network, without its number. */
export const operatorText = (operator: string): string => operator.replace(/^AS\d+ (?=.)/, '');

/** Whole words only: 'aws' is not in 'laws'. No words match nothing. */
function patternOf(words: readonly string[]): RegExp {
  if (words.length === 0) return /(?!)/;
  const escaped = words.map(word => word.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`(?<![a-z0-9])(?:${escaped.join('|')})(?![a-z0-9])`, 'i');
}
