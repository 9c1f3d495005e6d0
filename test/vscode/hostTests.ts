import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { outputFolder, repositoryFolder } from './cache.ts';

/** Bundles the host tests and returns the file whose `run` VS Code calls, on any kind of VS Code. */
export async function bundleHostTests(): Promise<string> {
  const source = path.join(repositoryFolder, 'test/host');
  const tests = (await readdir(source)).filter((file) => file.endsWith('.test.ts'));
  return bundleForExtensionHost(
    'host',
    ['index.ts', ...tests].map((file) => path.join(source, file)),
  );
}

/** Bundles code for the extension host into `out/<name>` and returns the first bundle's file. */
export async function bundleForExtensionHost(name: string, sources: readonly string[]): Promise<string> {
  const folder = path.join(outputFolder, name);
  await rm(folder, { recursive: true, force: true });
  await esbuild.build({
    entryPoints: [...sources],
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
  return path.join(folder, `${path.basename(sources[0] ?? '', '.ts')}.cjs`);
}
