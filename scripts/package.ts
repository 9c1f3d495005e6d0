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

/** All that may be inside the package. `.vscodeignore` selects; this list catches it selecting too much. */
const allowed = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/package\.json$/,
  /^extension\/dist\/(extension\.js|chunks\/[\w-]+\.js|ThirdPartyNotices\.txt)$/,
  /^extension\/media\/(icon\.png|[\w-]+\.svg)$/,
  /^extension\/(readme|changelog)\.md$/i,
  /^extension\/docs\/troubleshooting\.md$/,
  /^extension\/LICENSE\.txt$/,
];

/** What a download and an activation may cost, in KB of 1024 bytes. */
const budgets = { vsix: 250, activation: 120 };

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
  await verify(vsix, metafile);
  return vsix;
}

async function verify(vsix: string, metafile: Metafile): Promise<void> {
  const files = await zipEntries(vsix);
  const problems = [
    ...files.filter((file) => !allowed.some((name) => name.test(file))).map((file) => `Unexpected file: ${file}`),
    ...overBudget(path.basename(vsix), (await stat(vsix)).size, budgets.vsix),
    ...overBudget('What activation loads', loadedAtActivation(metafile), budgets.activation),
  ];
  if (problems.length > 0) {
    throw new Error(`The package is not fit to be published:\n${problems.join('\n')}`);
  }
}

/** Bytes of the file that VS Code loads and of all that it imports in turn, without what is imported on demand. */
function loadedAtActivation({ outputs }: Metafile): number {
  const loaded = new Set(Object.keys(outputs).filter((file) => outputs[file]?.entryPoint === 'src/extension.ts'));
  if (loaded.size !== 1) {
    throw new Error('The bundle of src/extension.ts is missing.');
  }
  // What is added on the way is visited too.
  for (const file of loaded) {
    outputs[file]?.imports
      .filter(({ kind, external }) => kind !== 'dynamic-import' && external !== true)
      .forEach((imported) => loaded.add(imported.path));
  }
  return [...loaded].reduce((bytes, file) => bytes + (outputs[file]?.bytes ?? 0), 0);
}

function overBudget(what: string, bytes: number, budget: number): string[] {
  const text = `${what}: ${(bytes / 1024).toFixed(1)} KB of ${budget} KB`;
  console.log(text);
  return bytes > budget * 1024 ? [`Over budget: ${text}`] : [];
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
