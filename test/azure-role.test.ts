import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { entraNeeds, subscriptionNeeds, workspaceNeeds } from '../src/collect/azure/needs.ts';
import { logTables } from '../src/collect/azure/tables.ts';
import { customRole, isAzureAction } from '../src/collect/azure/role.ts';

const NEEDS = [...workspaceNeeds, ...subscriptionNeeds];
const role = customRole([...NEEDS, ...entraNeeds]);

test('the role that Azure sources need', async () => {
  const path = fileURLToPath(new URL('../docs/sources/azure-role.json', import.meta.url));
  await expect(`${JSON.stringify(role, null, 2)}\n`).toMatchFileSnapshot(path);
});

test('the role allows every action of the needs and none else, once', () => {
  expect(role.Actions).toEqual(NEEDS.map(({ permission }) => permission).sort());
  expect(new Set(role.Actions).size).toBe(role.Actions.length);
  expect(role.Actions.filter(action => !isAzureAction(action))).toEqual([]);
});

test('every table that is asked for may be read, and no other', () => {
  const asked = logTables.map(({ name }) => name.split(' ')[0]!);
  const allowed = role.Actions.map(action => /\/query\/(\w+)\/read$/.exec(action)?.[1]).filter(
    table => table !== undefined,
  );
  expect(allowed.sort()).toEqual([...new Set(asked)].sort());
});

test('nothing in it writes, reads keys or touches data', () => {
  for (const action of role.Actions)
    expect(action).toMatch(/^Microsoft\.(?:OperationalInsights|Insights)\/[\w/]+\/read$/);
  expect([role.NotActions, role.DataActions, role.NotDataActions]).toEqual([[], [], []]);
});

test('what Microsoft Graph grants stands apart, and is named', () => {
  const graph = entraNeeds.map(({ permission }) => permission);
  expect(graph.filter(isAzureAction)).toEqual([]);
  for (const permission of graph) expect(role.Description).toContain(permission);
});

test('the role has the shape that the Azure CLI takes', () => {
  expect(Object.keys(role)).toEqual([
    'Name',
    'IsCustom',
    'Description',
    'Actions',
    'NotActions',
    'DataActions',
    'NotDataActions',
    'AssignableScopes',
  ]);
  expect(role.AssignableScopes).toEqual(['/subscriptions/SUBSCRIPTION']);
  // A description holds 2,048 characters.
  expect(role.Description.length).toBeLessThan(2_048);
});

test('the order of the needs does not matter, and one that is named twice is allowed once', () => {
  expect(customRole([...NEEDS, ...NEEDS].reverse())).toEqual(role);
});
