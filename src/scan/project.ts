import type { Fields, JsonObject, Paths } from './wanted.ts';

type Mutable = { [name: string]: string };

/** Compiles paths into a function that lifts the wanted fields out of a record; it reads own properties only. */
export function projector<P extends Paths>(paths: P): (record: JsonObject) => Fields<P> {
  const names = Object.keys(paths);
  const routes = names.map(name => paths[name]!.map(path => path.split('.')));
  // Copying a literal keeps the fields in one hidden class; set one by one, 30 of them end up in a slow dictionary.
  const blank = JSON.parse(JSON.stringify(Object.fromEntries(names.map(name => [name, ''])))) as Mutable;
  return record => {
    const fields = { ...blank };
    for (let i = 0; i < names.length; i++) fields[names[i]!] = firstPresent(record, routes[i]!);
    return fields as Fields<P>;
  };
}

function firstPresent(record: JsonObject, routes: readonly (readonly string[])[]): string {
  for (const route of routes) {
    const text = textAt(record, route);
    if (text !== '') return text;
  }
  return '';
}

function textAt(record: JsonObject, route: readonly string[]): string {
  let value: unknown = record;
  for (const key of route) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return '';
    value = (value as JsonObject)[key];
  }
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
