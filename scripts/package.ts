import { once } from 'node:events';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { open as openZip, type Entry, type ZipFile } from 'yauzl';
import type { Metafile } from 'esbuild';
import { packFolder } from '../test/vscode/pack.ts';
import { run } from '../test/vscode/processes.ts';
import { thirdPartyNotices } from './thirdPartyNotices.ts';

const repository = path.resolve(import.meta.dirname, '..');
const dist = path.join(repository, 'dist');
const bundle = path.join(dist, 'extension.cjs');

/** All that may be inside the package. `.vscodeignore` selects; this list catches it selecting too much. */
const allowed = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/package\.json$/,
  /^extension\/dist\/(extension\.cjs|ThirdPartyNotices\.txt)$/,
  /^extension\/media\/(icon\.png|[\w-]+\.svg)$/,
  /^extension\/(readme|changelog)\.md$/i,
  /^extension\/LICENSE\.txt$/,
];

/** What a download and an activation may cost, in KB of 1024 bytes. */
const budgets = { vsix: 250, bundle: 120 };

/**
 * Builds the production bundle, packs it at the top of the repository and returns the file's path.
 *
 * @throws if the package is over budget or holds a file that it should not.
 */
export async function packExtension(): Promise<string> {
  // Whatever an earlier build left behind, a source map for one, is not of this bundle.
  await rm(dist, { recursive: true, force: true });
  await run(process.execPath, ['esbuild.mjs', '--production'], { cwd: repository });

  const manifest = JSON.parse(await readFile(path.join(repository, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
  };
  const metafile = JSON.parse(await readFile(path.join(dist, 'metafile.json'), 'utf8')) as Metafile;
  await writeFile(path.join(dist, 'ThirdPartyNotices.txt'), await thirdPartyNotices(metafile, repository));
  const vsix = path.join(repository, `${manifest.name}-${manifest.version}.vsix`);
  await packFolder(repository, vsix);
  await verify(vsix);
  return vsix;
}

async function verify(vsix: string): Promise<void> {
  const files = await zipEntries(vsix);
  const problems = [
    ...files.filter((file) => !allowed.some((name) => name.test(file))).map((file) => `Unexpected file: ${file}`),
    ...(await overBudget(vsix, budgets.vsix)),
    ...(await overBudget(bundle, budgets.bundle)),
  ];
  if (problems.length > 0) {
    throw new Error(`The package is not fit to be published:\n${problems.join('\n')}`);
  }
}

async function overBudget(file: string, budget: number): Promise<string[]> {
  const size = (await stat(file)).size / 1024;
  const text = `${path.basename(file)}: ${size.toFixed(1)} KB of ${budget} KB`;
  console.log(text);
  return size > budget ? [`Over budget: ${text}`] : [];
}

async function zipEntries(file: string): Promise<string[]> {
  const names: string[] = [];
  const zip = await promisify<string, ZipFile>(openZip)(file);
  zip.on('entry', ({ fileName }: Entry) => names.push(fileName));
  await once(zip, 'end');
  return names;
}

if (process.argv[1] === import.meta.filename) {
  await packExtension();
}
