/** What one vendor publishes: it lists where its API is offered, and these are not on that list. */
interface VendorList {
  readonly codes: readonly string[];
  readonly source: string;
}

/** The clear cases, on which the lists of both agree. */
const BOTH = ['BY', 'CN', 'CU', 'HK', 'IR', 'KP', 'MO', 'RU', 'SY', 'VE'] as const;

/**
 * Countries where the two largest model vendors do not offer their APIs, by their published lists as read in that month: a
 * list of clear cases, not a legal one. Where pages of one vendor disagree, the country is left out. Vendors change
 * theirs, and Ukraine, where some regions are excepted, is none that a country can tell.
 */
export const UNSUPPORTED_COUNTRIES = {
  asOf: '2026-11',
  codes: BOTH,
  byVendor: {
    anthropic: {
      codes: [...BOTH, 'AF', 'LY', 'ML', 'MM', 'NI', 'SD', 'SO', 'SS', 'YE'].sort(),
      source: 'https://platform.claude.com/docs/en/api/supported-regions',
    },
    openai: {
      codes: BOTH,
      source: 'https://help.openai.com/en/articles/5347006-openai-api-supported-countries-and-territories',
    },
  } satisfies Readonly<Record<'anthropic' | 'openai', VendorList>>,
} as const;
