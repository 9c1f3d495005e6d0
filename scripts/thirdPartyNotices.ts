import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Metafile } from 'esbuild';

/**
 * The notices that the licences of bundled packages ask for: each package once, with its licence.
 *
 * @param bundled what went into the bundle, as esbuild tells it
 * @throws if a bundled package carries no licence
 */
export async function thirdPartyNotices(bundled: Metafile, repository: string): Promise<string> {
  const folders = new Set(
    Object.keys(bundled.inputs).flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []),
  );
  const notices = await Promise.all([...folders].sort().map((folder) => notice(path.join(repository, folder))));
  return `This extension contains the following packages.\n\n${notices.join('\n')}`;
}

async function notice(folder: string): Promise<string> {
  const { name, version } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
  };
  const license = (await readdir(folder)).find((file) => /^licen[cs]e/i.test(file));
  if (license === undefined) {
    throw new Error(`${name} is bundled, but carries no licence.`);
  }
  const text = await readFile(path.join(folder, license), 'utf8');
  return `${'='.repeat(80)}\n${name} ${version}\n${'='.repeat(80)}\n\n${text.trim()}\n`;
}
