import eslint from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/**
 * Refuses imports into a layer from the layers above it, and of the modules it must not know.
 * Imports go one way: service <- jobs <- everything that speaks to VS Code.
 */
const layer = (folder, { not, modules = [], because }) => ({
  files: [`src/${folder}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        paths: modules.map((name) => ({ name, message: because })),
        patterns: not.map((name) => ({ regex: `^\\.\\./(\\.\\./)*${name}(/|\\.ts$)`, message: because })),
      },
    ],
  },
});

const vsCodeLayers = ['authentication', 'commands', 'prompts', 'views', 'settings', 'extension'];

export default defineConfig(
  globalIgnores(['dist/', 'out/', '.vscode-test/']),
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: [
      'src/service/instancePipeline.ts',
      'src/service/requestPipeline.ts',
      'src/service/resourceManagerClient.ts',
      'src/service/policies.ts',
      'src/authentication/azureIdentity.ts',
    ],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^@azure/|/(instancePipeline|requestPipeline|resourceManagerClient|policies|azureIdentity)\\.ts$',
              allowTypeImports: true,
              message: 'The HTTP pipeline and the credentials are loaded on demand, by import().',
            },
          ],
        },
      ],
    },
  },
  layer('service', {
    not: ['jobs', 'instances', 'backup', ...vsCodeLayers],
    modules: ['vscode'],
    because: 'service/ is the data plane on the wire: it knows neither jobs nor VS Code.',
  }),
  layer('jobs', {
    not: ['instances', 'backup', ...vsCodeLayers],
    modules: ['vscode'],
    because: 'jobs/ is what a job is to a person: it knows service/ and no VS Code.',
  }),
  layer('instances', {
    not: ['jobs', 'backup', ...vsCodeLayers],
    modules: ['vscode'],
    because: 'instances/ finds instances by way of service/: it knows neither jobs nor VS Code.',
  }),
  layer('backup', {
    not: ['instances', ...vsCodeLayers],
    modules: ['vscode'],
    because: 'backup/ moves what instances hold into files and back: it knows service/, jobs/ and no VS Code.',
  }),
  layer('authentication', {
    not: ['commands', 'prompts', 'views', 'settings', 'extension'],
    because: 'authentication/ turns VS Code sessions into credentials and knows nothing of what is shown.',
  }),
  layer('views', {
    not: ['commands', 'prompts', 'settings', 'extension'],
    because: 'views/ only render the store.',
  }),
  layer('prompts', {
    not: ['commands', 'views', 'settings', 'extension'],
    because: 'prompts/ ask the person and return the answer.',
  }),
  layer('commands', { not: ['extension'], because: 'extension.ts composes; nothing imports it.' }),
  {
    files: ['test/**/*.ts'],
    rules: {
      // describe/it of node:test return promises that the runner itself awaits.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['describe', 'it', 'test', 'suite'] },
          ],
        },
      ],
    },
  },
  {
    // Playwright reads from a fixture's pattern which others it needs: none is `{}`.
    files: ['test/ui/fixtures.ts'],
    rules: { 'no-empty-pattern': ['error', { allowObjectPatternsAsParameters: true }] },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: { console: 'readonly', process: 'readonly', URL: 'readonly' } },
  },
);
