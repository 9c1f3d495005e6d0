import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/** The top folder of the repository. */
export const repositoryFolder = path.resolve(import.meta.dirname, '../..');

/** What is downloaded once and kept between runs: ignored by git, never packed, safe to delete. */
export const cacheFolder = path.join(repositoryFolder, '.vscode-test');

/** What a run leaves behind for the person: bundles, logs, screenshots, traces. */
export const outputFolder = path.join(repositoryFolder, 'out');

/**
 * Returns the cache folder `name`, after filling it by `fill` if it is not there. The folder is filled under another
 * name and then renamed, so that an interrupted or a simultaneous run never leaves half a folder that looks whole.
 */
export async function cached(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = path.join(cacheFolder, name);
  if (existsSync(folder)) {
    return folder;
  }
  await removeAbandoned();
  const partial = `${folder}${partialMark}${process.pid}`;
  await mkdir(partial, { recursive: true });
  try {
    await fill(partial);
    await rename(partial, folder);
  } catch (error) {
    // Another run may have been faster: its folder is as good as ours.
    if (!existsSync(folder)) {
      throw error;
    }
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return folder;
}

const partialMark = '.partial-';

/** Removes what interrupted runs left half filled. */
async function removeAbandoned(): Promise<void> {
  await mkdir(cacheFolder, { recursive: true });
  for (const entry of await readdir(cacheFolder)) {
    const pid = entry.split(partialMark)[1];
    if (pid !== undefined && !isRunning(Number(pid))) {
      await rm(path.join(cacheFolder, entry), { recursive: true, force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
