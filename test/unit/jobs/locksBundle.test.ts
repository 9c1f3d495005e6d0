import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { leaveOut } from '../../../scripts/leaveOut.ts';
import { temporaryFolder } from '../../support/jobSetup.ts';

/** Holds a lock and replaces a file, and says what of the process is not as it was, then or in between. */
const holder = `
const fs = require('node:fs');
const state = () => [process.emit, process.reallyExit, process.exit, fs.close, fs.closeSync];
const before = state();
const known = process.eventNames();
const { FileLocks, writeFileAtomic } = require('./bundle.cjs');
const changed = new Set();
const look = () => {
  state().forEach((value, index) => value === before[index] || changed.add(before[index].name));
  process.eventNames().forEach((name) => known.includes(name) || changed.add(name));
};
new FileLocks('locks', console).take('name').then(async (lock) => {
  look();
  const written = writeFileAtomic('file', 'text');
  look();
  await written;
  await lock.release();
  look();
  fs.writeSync(1, JSON.stringify([...changed]));
});`;

describe('The bundled locks and files', () => {
  it('leave the signals and the end of the process alone', async (test) => {
    const folder = await temporaryFolder(test);
    await build({
      stdin: {
        contents: `export { FileLocks } from './src/jobs/locks.ts';
                   export { default as writeFileAtomic } from 'write-file-atomic';`,
        resolveDir: resolve(import.meta.dirname, '../../..'),
      },
      outfile: join(folder, 'bundle.cjs'),
      bundle: true,
      format: 'cjs',
      platform: 'node',
      plugins: [leaveOut],
    });
    await writeFile(join(folder, 'holder.cjs'), holder);
    const { stdout } = await promisify(execFile)(process.execPath, ['holder.cjs'], { cwd: folder });
    assert.deepEqual(JSON.parse(stdout), []);
  });
});
