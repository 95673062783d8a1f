/** A number, a switch or a list that the user may set; the value in use when they do not is `default`. */
export type OptionSpec =
  | { readonly describe: string; readonly default: number; readonly min: number; readonly max: number }
  | { readonly describe: string; readonly default: boolean }
  | { readonly describe: string; readonly default: readonly string[]; readonly item: RegExp; readonly wants?: string };

export type Options = Readonly<Record<string, OptionSpec>>;

type Widened<T> = T extends number ? number : T extends boolean ? boolean : readonly string[];

export type OptionValues<O extends Options> = { readonly [K in keyof O]: Widened<O[K]['default']> };
