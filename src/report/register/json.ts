import { headFields, jsonPieces, keyList, sourceList } from '../json.ts';
import { defineReporter } from '../reporter.ts';

/** The name of this form of the register; a field may be added under it, none may vanish. */
export const REGISTER_SCHEMA = 'keyward.register/1';

/** The register as JSON, whole. */
export const json = defineReporter({
  id: 'json',
  title: 'JSON',
  description: 'Everything the register holds, for programs: `keyward.register/1`, described by a JSON Schema.',
  file: 'keys.json',
  render: report =>
    jsonPieces({
      schema: REGISTER_SCHEMA,
      ...headFields(report),
      sources: sourceList(report),
      total: report.register?.total ?? 0,
      keys: keyList(report),
    }),
});
