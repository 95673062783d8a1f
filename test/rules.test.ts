import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { judgeExample } from '../src/example.ts';
import type { Rule } from '../src/rules/rule.ts';

const HELPERS = new Set(['rule.ts', 'index.ts']);
const folder = new URL('../src/rules/', import.meta.url);
const files = readdirSync(folder).filter(name => name.endsWith('.ts') && !HELPERS.has(name));

describe.each(files)('%s', async file => {
  const module: Record<string, Rule> = await import(new URL(file, folder).href);
  const exported = Object.values(module).filter(value => typeof value === 'object' && 'judge' in value);
  const rule = exported[0] as Rule;
  const examples = rule.examples();

  test('exports one rule, named as its file', () => {
    expect(exported).toHaveLength(1);
    expect(`${rule.id}.ts`).toBe(file);
    expect(Object.keys(module)).toContain(rule.id.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()));
  });

  test.each(examples)('$title', example => {
    const judgement = judgeExample(rule, example);
    const said = judgement.findings.map(({ severity, message }) => ({ severity, message }));
    const got = said.map(({ severity, message }) => `${messageId(rule, message)}:${severity}`);
    expect({ said, got: got.sort() }).toMatchObject({ got: [...example.expect].sort() });
  });

  test('tells at least one loud and one quiet story, each its own', () => {
    expect(examples.some(({ expect }) => expect.length > 0)).toBe(true);
    expect(examples.some(({ expect }) => expect.length === 0)).toBe(true);
    expect(new Set(examples.map(({ title }) => title)).size).toBe(examples.length);
  });

  test('uses every message it declares, in some example', () => {
    const expected = new Set(examples.flatMap(({ expect }) => expect.map(id => id.split(':')[0])));
    expect([...expected].sort()).toEqual(Object.keys(rule.messages).sort());
  });

  test('leaves no placeholder unfilled', () => {
    for (const example of examples) {
      for (const { message } of judgeExample(rule, example).findings)
        expect(message).not.toMatch(/[{}]|undefined|NaN|Infinity/);
    }
  });

  test('says what it is, when it errs and what to do', () => {
    for (const text of [rule.title, rule.description, rule.remediation]) expect(text).not.toBe('');
    expect(rule.falsePositives.length).toBeGreaterThan(0);
    expect(rule.needs.length + (rule.needsOneOf ?? []).length).toBeGreaterThan(0);
    // Reasons are joined by semicolons, so none holds one.
    for (const reason of Object.values(rule.abstentions ?? {})) expect(reason).not.toContain(';');
  });
});

/** Which of the rule's sentences this is. */
function messageId(rule: Rule, message: string): string {
  for (const [id, template] of Object.entries(rule.messages)) {
    const pattern = template.split(/\{\w+\}/).map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    if (new RegExp(`^${pattern.join('.*')}$`, 's').test(message)) return id;
  }
  return message;
}
