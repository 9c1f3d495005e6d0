import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { outputFolder, repositoryFolder } from './cache.ts';

/** Bundles the host tests and returns the file whose `run` VS Code calls, on any kind of VS Code. */
export async function bundleHostTests(): Promise<string> {
  const source = path.join(repositoryFolder, 'test/host');
  const folder = path.join(outputFolder, 'host');
  await rm(folder, { recursive: true, force: true });
  const tests = (await readdir(source)).filter((file) => file.endsWith('.test.ts'));
  await esbuild.build({
    entryPoints: ['index.ts', ...tests].map((file) => path.join(source, file)),
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node22',
    // Mocha keeps its state in its own modules: the loader and the tests have to share one copy.
    external: ['vscode', 'mocha'],
    sourcemap: 'linked',
    logLevel: 'warning',
  });
  return path.join(folder, 'index.cjs');
}
