import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { outputFolder } from './cache.ts';
import { packFolder } from './pack.ts';

/** Bundles and packs the test-account extension; returns its .vsix file. It is never part of the product. */
export async function packTestAccount(): Promise<string> {
  const source = path.join(import.meta.dirname, 'account');
  const folder = path.join(outputFolder, 'account');
  await mkdir(folder, { recursive: true });
  await esbuild.build({
    entryPoints: [path.join(source, 'extension.ts')],
    outfile: path.join(folder, 'extension.cjs'),
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node22',
    external: ['vscode'],
    logLevel: 'warning',
  });
  await copyFile(path.join(source, 'package.json'), path.join(folder, 'package.json'));
  const vsix = path.join(outputFolder, 'test-account.vsix');
  await packFolder(folder, vsix, { skipLicense: true });
  return vsix;
}
