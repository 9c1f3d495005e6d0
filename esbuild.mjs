import { writeFile } from 'node:fs/promises';
import * as esbuild from 'esbuild';
import { leaveOut } from './scripts/leaveOut.ts';

const production = process.argv.includes('--production');

/** What is imported by `import()` alone becomes a chunk of its own, which activation does not load. */
const options = {
  entryPoints: { extension: 'src/extension.ts' },
  outdir: 'dist',
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
  minify: production,
  sourcemap: production ? false : 'linked',
  legalComments: 'none',
  metafile: production,
  logLevel: 'info',
};

if (process.argv.includes('--watch')) {
  const context = await esbuild.context(options);
  await context.watch();
} else {
  const { metafile } = await esbuild.build(options);
  if (production) {
    // For the packing script, which names the licences of what is inside.
    await writeFile('dist/metafile.json', JSON.stringify(metafile));
  }
}
