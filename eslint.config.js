import tseslint from 'typescript-eslint';
import fpTs from 'eslint-plugin-fp-ts';

const readonly = (...names) => Object.fromEntries(names.map((name) => [name, 'readonly']));

const wallClock = 'Time is a port: take the Clock, or the time of an event.';
const chance = 'Randomness is a port: take the Ids.';

/** Clock, ids and randomness come through ports. Other globals of Node are unknown here, and so an error. */
const pure = {
  'no-undef': 'error',
  'no-restricted-globals': ['error', { name: 'globalThis', message: 'It leads to everything.' }],
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: wallClock },
    { object: 'Math', property: 'random', message: chance },
    { object: 'AbortSignal', property: 'timeout', message: wallClock },
  ],
  'no-restricted-syntax': [
    'error',
    { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: wallClock },
    { selector: "CallExpression[callee.name='Date']", message: wallClock },
    {
      selector: 'ImportExpression',
      message: 'Imports stand at the top, where the rules of structure see them.',
    },
  ],
};

/** `test.skip` where the machine lacks something is a value to choose, with a reason; a call is a test left out. */
const leftOut = 'CallExpression > MemberExpression.callee[property.name=/^(only|skip|failing|todo)$/]';
const leftOutTests = `${leftOut}:matches([object.name='test'], [object.object.name='test'])`;

export default tseslint.config(
  { ignores: ['node_modules', 'dist', 'coverage', 'data/', '.venv-*/'] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    languageOptions: {
      parserOptions: {
        project: ['tsconfig.json', 'tsconfig.page.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { 'fp-ts': fpTs },
    rules: {
      'fp-ts/no-discarded-pure-expression': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/require-await': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
    },
  },
  { files: ['src/domain/**'], languageOptions: { globals: readonly('Buffer') }, rules: pure },
  {
    files: ['src/application/**'],
    languageOptions: { globals: readonly('Buffer', 'AbortController', 'AbortSignal', 'DOMException') },
    rules: pure,
  },
  {
    files: ['test/**'],
    rules: {
      'no-restricted-syntax': ['error', { selector: leftOutTests, message: 'Every test runs, or goes.' }],
    },
  },
  {
    // programs of a terminal, and tests of Node's own runner
    files: ['examples/**'],
    rules: {
      'no-console': 'off',
      '@typescript-eslint/no-floating-promises': [
        'error',
        { allowForKnownSafeCalls: [{ from: 'package', package: 'node:test', name: 'test' }] },
      ],
    },
  },
  {
    files: ['**/*.js', '**/*.cjs', '**/*.mjs'],
    ...tseslint.configs.disableTypeChecked,
    rules: { ...tseslint.configs.disableTypeChecked.rules, 'fp-ts/no-discarded-pure-expression': 'off' },
  },
  {
    files: ['sandbox/page/**/*.js'],
    languageOptions: {
      globals: readonly(
        'document',
        'location',
        'fetch',
        'EventSource',
        'setTimeout',
        'clearTimeout',
        'FileReader',
        'FormData',
        'URL',
      ),
    },
    rules: {
      'no-undef': 'error',
      'no-restricted-properties': [
        'error',
        ...['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'write'].map((property) => ({
          property,
          message: 'What people write is text: use dom.js.',
        })),
      ],
    },
  },
);
