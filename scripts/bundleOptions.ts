import type { BuildOptions } from 'esbuild';
import { leaveOut } from './leaveOut.ts';

/** How the extension is bundled. What is imported by `import()` alone becomes a chunk of its own. */
export const bundleOptions = {
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  format: 'esm',
  splitting: true,
  platform: 'node',
  // What bundled CommonJS packages expect to be there, and an ES module does not have.
  banner: {
    js: [
      "import { createRequire as createRequireOfBundle } from 'node:module';",
      'const require = createRequireOfBundle(import.meta.url);',
      'const { filename: __filename, dirname: __dirname } = import.meta;',
    ].join('\n'),
  },
  // The oldest VS Code that the manifest admits, 1.106, runs extensions on Node 22.
  target: 'node22',
  external: ['vscode'],
  plugins: [leaveOut],
  // ESM entry points of the Azure libraries: they can be tree-shaken, their CommonJS twins can't.
  mainFields: ['module', 'main'],
  legalComments: 'none',
} satisfies BuildOptions;
