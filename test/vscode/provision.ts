import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cached } from './cache.ts';
import { plainEnvironment, run } from './processes.ts';

/** The newest VS Code that the tests know, and the oldest that the manifest admits. */
export const newestVersion = '1.139.1';
export const oldestVersion = '1.106.3';

/** A VS Code that is ready to be started as a server. */
export interface VsCode {
  /** Its own version, such as 1.139.1. */
  readonly version: string;
  /** The Node that this version is made for. */
  readonly node: string;
  readonly serverScript: string;
}

/** To be raised when `fill` changes what it makes, so that older caches are not mistaken for it. */
const recipe = 1;

/**
 * Provides VS Code's server from the npm registry alone, downloaded once into the cache: the package `code-server`
 * 4.x.y carries the workbench and the extension host of VS Code 1.x.y. Nothing of code-server itself is used.
 */
export async function provisionVsCode(version = process.env['VSCODE_VERSION'] ?? newestVersion): Promise<VsCode> {
  if (!/^1\.\d+\.\d+$/.test(version)) {
    throw new Error(`VSCODE_VERSION has to be a version such as ${newestVersion}, not "${version}".`);
  }
  const folder = await cached(`vscode-${version}-${recipe}`, async (target) => {
    const started = Date.now();
    console.log(`Downloading VS Code ${version} into the cache (once) …`);
    await fill(target, version);
    console.log(`VS Code ${version} is ready after ${Math.round((Date.now() - started) / 1000)} s.`);
  });
  return {
    version,
    node: await provisionNode(await requiredNode(folder)),
    serverScript: path.join(folder, vsCodeInPackage, 'out/server-main.js'),
  };
}

const manifestInPackage = 'package/package.json';
const vsCodeInPackage = 'package/lib/vscode';

/** The major version of Node in the package's `engines`. */
async function requiredNode(folder: string): Promise<string> {
  const manifest = await readManifest(path.join(folder, manifestInPackage));
  const { node } = manifest['engines'] as { node: string };
  return node;
}

/**
 * Provides a Node: this process's own if it is of that major version. Another is not good enough, even a newer one:
 * under Node 24, VS Code 1.106 waits forever for an extension that is an ES module.
 */
async function provisionNode(major: string): Promise<string> {
  if (process.versions.node.split('.')[0] === major) {
    return process.execPath;
  }
  const folder = await cached(`node-${major}`, async (target) => {
    console.log(`Downloading Node ${major} into the cache (once) …`);
    await unpack(target, `node-${process.platform}-${process.arch}@${major}`, ['package/bin']);
  });
  return path.join(folder, 'package/bin/node');
}

/** Downloads a package of the registry and unpacks some of it, without its dependencies and without its scripts. */
async function unpack(folder: string, specifier: string, contents: readonly string[]): Promise<void> {
  const options = { cwd: folder, env: plainEnvironment() };
  const archive = (await run('npm', ['pack', '--silent', specifier], options)).trim();
  await run('tar', ['-xzf', archive, ...contents], options);
  await rm(path.join(folder, archive));
}

async function fill(target: string, version: string): Promise<void> {
  // Unpacked instead of installed: code-server's own dependencies and its postinstall script are not needed.
  await unpack(target, version.replace(/^1/, 'code-server@4'), [manifestInPackage, vsCodeInPackage]);
  const folder = path.join(target, vsCodeInPackage);
  await adaptManifest(folder);
  await run('npm', ['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    env: plainEnvironment(),
  });
  await replaceLogWriter(folder);
  for (const extension of removedExtensions) {
    await rm(path.join(folder, 'extensions', extension), { recursive: true, force: true });
  }
}

/** The test account takes the place of the first; the second is of no use here and asks to be signed in to. */
const removedExtensions = ['microsoft-authentication', 'copilot'];

/** Parts of the built-in agent: a third of the download, loaded only when an agent is started. */
const removedDependencies = ['@github/copilot-sdk', '@microsoft/mxc-sdk'];

async function adaptManifest(folder: string): Promise<void> {
  const file = path.join(folder, 'package.json');
  const manifest = await readManifest(file);
  const dependencies = Object.fromEntries(
    Object.entries(manifest['dependencies'] as Record<string, string>).filter(
      ([name]) => !removedDependencies.includes(name),
    ),
  );
  // VS Code 1.106 asks for a commit on GitHub. The release has the same code, and comes from the registry.
  const watcher = '@parcel/watcher';
  if (dependencies[watcher]?.includes('#') === true) {
    dependencies[watcher] = '^2.5.1';
    // It names that commit as well.
    await rm(path.join(folder, 'npm-shrinkwrap.json'));
  }
  await writeFile(file, JSON.stringify({ ...manifest, dependencies }, undefined, 2));
}

/**
 * VS Code writes its logs through a native module; without it every output channel stays empty. A stand-in of the same
 * interface saves a compiler, Node's headers and half a minute.
 */
async function replaceLogWriter(folder: string): Promise<void> {
  const module = path.join(folder, 'node_modules/@vscode/spdlog');
  await copyFile(path.join(import.meta.dirname, 'spdlog.mjs'), path.join(module, 'index.mjs'));
  const file = path.join(module, 'package.json');
  const manifest = await readManifest(file);
  await writeFile(file, JSON.stringify({ ...manifest, main: './index.mjs' }, undefined, 2));
}

async function readManifest(file: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
}
