import { UserError, unknownName } from '../../errors.ts';
import type { RegisterRow } from '../../model/register.ts';
import { FIELDS, type NumberField, type TextField, type Viewpoint } from './fields.ts';

/** Whether a row is wanted. */
export type Wanted = (row: RegisterRow, viewpoint: Viewpoint) => boolean;

const COMPARED: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
};

const CONDITION = /^\s*([a-z][\w-]*)\s*(!=|>=|<=|=|>|<|~)\s*(.*?)\s*$/i;

/** Reads conditions as in `provider=aws,age>90`: a row must meet all of them. */
export function parseWhere(texts: readonly string[]): Wanted {
  const conditions = texts.flatMap(text => text.split(',')).map(conditionIn);
  return (row, viewpoint) => conditions.every(isMet => isMet(row, viewpoint));
}

function conditionIn(text: string): Wanted {
  const [, name = '', operator = '', value = ''] = CONDITION.exec(text) ?? [];
  if (name === '') throw new UserError(`--where '${text}' is not a condition`, 'Write it as in provider=aws,age>90.');
  const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
  if (field === undefined) throw unknownName('field of --where', name, Object.keys(FIELDS));
  return 'number' in field
    ? numberCondition(field, name, operator, value)
    : textCondition(field, name, operator, value);
}

function numberCondition(field: NumberField, name: string, operator: string, value: string): Wanted {
  const compare = COMPARED[operator];
  const wanted = value === '' ? Number.NaN : Number(value);
  if (compare === undefined)
    throw new UserError(`--where cannot look for text in ${name}`, `Compare it with a number, as in ${name}>90.`);
  if (!Number.isFinite(wanted))
    throw new UserError(`--where ${name}: '${value}' is not a number`, `Write it as in ${name}>90.`);
  return (row, viewpoint) => {
    const number = field.number(row, viewpoint);
    return number !== null && compare(number, wanted);
  };
}

function textCondition({ texts, values }: TextField, name: string, operator: string, value: string): Wanted {
  const wanted = value.toLowerCase();
  if (operator !== '=' && operator !== '!=' && operator !== '~')
    throw new UserError(
      `--where cannot compare ${name} by size`,
      `Write it as in ${name}=${values?.[0] ?? 'text'}, or with != or ~.`,
    );
  if (operator === '~')
    return (row, viewpoint) => texts(row, viewpoint).some(text => text.toLowerCase().includes(wanted));
  if (values !== undefined && !values.includes(wanted)) throw unknownName(`value of ${name}`, value, values);
  return (row, viewpoint) => {
    const held = texts(row, viewpoint).map(text => text.toLowerCase());
    return (held.includes(wanted) || (wanted === '' && held.length === 0)) === (operator === '=');
  };
}
