import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { displayWidth, headOf, plain, shortId, shortIds, shortName, truncateMiddle } from '../src/report/plain.ts';
import { anyText } from './report-fixtures.ts';

const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

describe('plain', () => {
  const cases: [hostile: string, harmless: string][] = [
    ['ci-eval', 'ci-eval'],
    ['\u001b[31mred', '\\x1b[31mred'],
    ['\u001b]0;title\u0007', '\\x1b]0;title\\x07'],
    ['a\r\n\tb\u0000', 'a\\x0d\\x0a\\x09b\\x00'],
    ['\u009b2J\u007f', '\\x9b2J\\x7f'],
    ['\u202eevil\u202c', '\\u{202e}evil\\u{202c}'],
    ['\u2066x\u2069', '\\u{2066}x\\u{2069}'],
    ['a\u200bb\ufeffc\u00add', 'a\\u{200b}b\\u{feff}c\\xadd'],
    ['a\u2028b\u2029c', 'a\\u{2028}b\\u{2029}c'],
    ['\u{e0041}\u3164', '\\u{e0041}\\u{3164}'],
    ['\ud800x\udc00', '\\u{d800}x\\u{dc00}'],
    ['a\u00a0b\u3000c', 'a b c'],
    ['e\u0301\u0301\u0301\u0301', 'e\u0301\u0301…'],
    ['Zoë 漢字 😀', 'Zoë 漢字 😀'],
  ];

  test.each(cases)('%j', (hostile, harmless) => {
    expect(plain(hostile)).toBe(harmless);
  });

  test.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdefg', 6, 'abcde…'],
    ['abcd\u001b', 6, 'abcd\\…'],
    ['abcd😀fg', 6, 'abcd…'],
  ])('%j within %i', (text, cap, expected) => {
    expect(plain(text, cap)).toBe(expected);
  });

  test('anything becomes harmless, short enough and stays so', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 60 }), (text, cap) => {
        const harmless = plain(text, cap);
        expect(harmless).not.toMatch(HIDDEN);
        expect(harmless.length).toBeLessThanOrEqual(cap);
        expect(plain(harmless, cap)).toBe(harmless);
      }),
    );
  });
});

test.each([
  ['', 0],
  ['abc', 3],
  ['…–→●▁█', 6],
  ['e\u0301', 1],
  ['漢字', 4],
  ['かな', 4],
  ['한국', 4],
  ['ｗ', 2],
  ['😀', 2],
  ['⌚', 2],
  ['Ω', 1],
])('%j takes %i columns', (text, columns) => {
  expect(displayWidth(text)).toBe(columns);
});

test.each([
  ['AKIAQ3EXAMPLEKEY7Q2M', 9, 'AKIA…7Q2M'],
  ['short', 9, 'short'],
  ['漢字漢字漢字', 6, '漢…字'],
  ['abc', 1, '…'],
  ['abc', 0, '…'],
  ['', 0, ''],
])('%j cut to %i columns', (text, width, expected) => {
  expect(truncateMiddle(text, width)).toBe(expected);
});

test.each([
  ['arn:aws:iam::123456789012:user/ci-eval', 'user/ci-eval'],
  ['arn:aws:iam::123456789012:root', 'root'],
  ['arn:aws:sts::123456789012:assumed-role/Deploy/i-0abc', 'assumed-role/Deploy/i-0abc'],
  ['/subscriptions/0000/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/chat', 'accounts/chat'],
  ['platform@example.com', 'platform@example.com'],
  ['arn:aws', 'arn:aws'],
])('%j is called %j', (name, expected) => {
  expect(shortName(name)).toBe(expected);
});

test.each([
  ['AKIAQ3EXAMPLEKEY7Q2M', 'AKIA…7Q2M'],
  ['arn:aws:iam::123456789012:role/agents-prod', 'role/agents-prod'],
  ['sk-ant-api03-hash-of-a-rather-long-key', 'sk-ant-api03-has…rather-long-key'],
])('the credential %j is called %j', (id, expected) => {
  expect(shortId(id)).toBe(expected);
});

test('short ids differ where the ids do', () => {
  const alike = ['AKIAIOSFODNN7EXAMPLE', 'AKIAI44QH8DHBEXAMPLE'];
  expect(shortIds(['AKIAQ3EXAMPLEKEY7Q2M', ...alike, 'AKIAQ3EXAMPLEKEY7Q2M'])).toEqual([
    'AKIA…7Q2M',
    ...alike,
    'AKIA…7Q2M',
  ]);
});

test('a text is cut to its width, never to nothing', () => {
  fc.assert(
    fc.property(
      anyText.map(text => plain(text)),
      fc.integer({ min: 1, max: 40 }),
      (text, width) => {
        const head = headOf(text, width);
        expect(text.startsWith(head)).toBe(true);
        expect(displayWidth(truncateMiddle(text, width))).toBeLessThanOrEqual(Math.max(width, 1));
        if (text !== '') expect(head).not.toBe('');
        if (width > 1) expect(displayWidth(head)).toBeLessThanOrEqual(width);
      },
    ),
  );
});
