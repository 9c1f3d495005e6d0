import { readdirSync } from 'node:fs';
import path from 'node:path';
import { format } from 'node:util';
import { testsBegin } from './protocol.ts';

/**
 * Runs all bundled host tests. VS Code calls this in its extension host, the desktop's as well as a server's.
 *
 * @throws if a test failed, which is how VS Code learns of it.
 */
export async function run(): Promise<void> {
  process.setSourceMapsEnabled(true);
  // Not by a static import, which this bundle makes a require(): Node 22 and 24 resolve that to different objects.
  const { default: Mocha } = await import('mocha');
  // VS Code forwards what is logged as it is, without filling in the placeholders of Mocha's reporters.
  Mocha.reporters.Base.consoleLog = (...values: unknown[]) => {
    console.log(format(...values));
  };
  const mocha = new Mocha({ ui: 'bdd', color: false, timeout: 20_000, forbidOnly: process.env['CI'] !== undefined });
  // In a bundle this is CommonJS, and the tests lie beside it.
  const folder = __dirname;
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.test.cjs'))) {
    mocha.addFile(path.join(folder, file));
  }
  console.log(testsBegin);
  const { passes, failures } = await new Promise<Mocha.Stats>((resolve, reject) => {
    const runner = mocha.run(() => {
      if (runner.stats === undefined) {
        reject(new Error('Mocha counted nothing.'));
      } else {
        resolve(runner.stats);
      }
    });
  });
  console.log(`${passes} passed, ${failures} failed`);
  if (failures > 0) {
    throw new Error(`${failures} host tests failed`);
  }
}
