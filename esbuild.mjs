import { writeFile } from 'node:fs/promises';
import * as esbuild from 'esbuild';
import { bundleOptions } from './scripts/bundleOptions.ts';

const production = process.argv.includes('--production');

const options = {
  ...bundleOptions,
  entryPoints: { extension: 'src/extension.ts' },
  outdir: 'dist',
  minify: production,
  sourcemap: production ? false : 'linked',
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
