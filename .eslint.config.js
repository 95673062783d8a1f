import js from '@eslint/js';
import ts from 'typescript-eslint';

const unused = ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }];

export default ts.config(
  { ignores: ['dist/', 'node_modules/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [ts.configs.recommended],
    rules: {
      '@typescript-eslint/no-unused-vars': unused,
      // `noUncheckedIndexedAccess` asks for it wherever an index is known to be good.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    extends: [ts.configs.recommendedTypeCheckedOnly],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    // An object with `read()` may be taken apart: plugins are values and never use `this`.
    rules: {
      '@typescript-eslint/unbound-method': 'off',
      // Where plugin types are erased it takes the assertion for needless, and the compiler does not.
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly', Buffer: 'readonly' } },
    rules: { 'no-unused-vars': unused },
  },
  // Log text is searched for control characters on purpose.
  { rules: { 'no-control-regex': 'off' } },
);
