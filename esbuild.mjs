import { writeFile } from 'node:fs/promises';
import * as esbuild from 'esbuild';

const production = process.argv.includes('--production');

/** What activation loads. A later bundle for other credentials is a second entry point here, loaded on demand. */
const options = {
  entryPoints: { extension: 'src/extension.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  format: 'cjs',
  platform: 'node',
  // The oldest VS Code that the manifest admits, 1.106, runs extensions on Node 22.
  target: 'node22',
  external: ['vscode'],
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
