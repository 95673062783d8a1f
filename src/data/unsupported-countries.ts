/**
 * Countries where neither of the two largest model vendors offers its API, by their published lists. A short list of the
 * clear cases, not a legal one: vendors change theirs, and each has more of its own.
 */
export const UNSUPPORTED_COUNTRIES = {
  asOf: '2026-01',
  codes: ['BY', 'CN', 'CU', 'HK', 'IR', 'KP', 'MO', 'RU', 'SY', 'VE'],
  sources: ['https://www.anthropic.com/supported-countries', 'https://platform.openai.com/docs/supported-countries'],
} as const;
