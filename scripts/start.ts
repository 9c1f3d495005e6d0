import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { FileLocks } from '../src/jobs/locks.ts';
import { RecordFile } from '../src/jobs/recordFile.ts';
import { systemClock } from '../src/service/clock.ts';
import { sampleDirectory } from '../test/simulator/sampleDirectory.ts';
import { startSimulator, type SimulatorOptions } from '../test/simulator/simulator.ts';
import { startAzure } from '../test/support/azure.ts';
import { TestAccount } from '../test/vscode/account/testAccount.ts';
import { packTestAccount } from '../test/vscode/packTestAccount.ts';
import { provisionVsCode } from '../test/vscode/provision.ts';
import { globalStorageFolder, installExtensions, startServer } from '../test/vscode/server.ts';
import { packExtension } from './package.ts';

const help = `Starts VS Code with the extension, a simulated instance, a simulated Azure and a test account.

  npm start -- [options]

  --port <number>  port of VS Code on 127.0.0.1 (PORT in the environment, or any free port)
  --check          only check that all of it starts, then stop
  --help           print this, and exit
`;

/** How all instances are: large enough for a job that can be watched, small enough for one that ends soon. */
const instanceOptions: SimulatorOptions = {
  graph: { twins: 3000 },
  deletion: { notStartedMs: 2000, durationMs: 28_000 },
};

const { values } = parseArgs({
  options: { port: { type: 'string' }, check: { type: 'boolean' }, help: { type: 'boolean' } },
});
if (values.help === true) {
  console.log(help);
} else {
  await start(readPort(values.port ?? process.env['PORT']), values.check === true);
}

async function start(port: number | undefined, isCheck: boolean): Promise<void> {
  const asked = untilAskedToStop();
  // What was started, to be ended in the opposite order.
  const ends: (() => Promise<void>)[] = [];
  try {
    const vsCode = await provisionVsCode();
    const vsixFiles = [await packExtension(), await packTestAccount()];
    const folder = await mkdtemp(path.join(tmpdir(), 'digital-twins-'));
    ends.push(() => rm(folder, { recursive: true, force: true }));
    const folders = { dataFolder: path.join(folder, 'data'), extensionsFolder: path.join(folder, 'extensions') };
    await installExtensions(vsCode, folders, vsixFiles);

    const azure = await startAzure(sampleDirectory, instanceOptions);
    ends.push(() => azure.close());
    const simulator = await startSimulator({ ...instanceOptions, certificate: azure.certificate });
    ends.push(() => simulator.close());
    await listInstance(folders.dataFolder, simulator.address);

    const account = new TestAccount(path.join(folder, 'account'));
    await account.behave(azure.accounts);
    const server = await startServer(vsCode, {
      ...folders,
      ...(port !== undefined && { port }),
      settings: { ...azure.settings, 'digitalTwins.additionalHosts': [simulator.address] },
      environment: { ...account.environment, NODE_EXTRA_CA_CERTS: azure.certificate.file },
    });
    ends.push(() => server.stop());
    await checkWorkbench(server.address);

    console.log(whatToTry(vsCode.version, server.address, simulator.address));
    if (!isCheck) {
      await asked;
      console.log('\nStopping …');
    }
  } finally {
    for (const end of ends.reverse()) {
      await end();
    }
  }
}

/** Writes the instance into the extension's records, so that it is listed when the window opens. */
async function listInstance(dataFolder: string, hostname: string): Promise<void> {
  const folder = globalStorageFolder(dataFolder, 'digitaltwins-tools.digital-twins-maintenance');
  const locks = new FileLocks(path.join(folder, 'locks'), console);
  const parts = { locks, clock: systemClock, log: console, setAside: () => undefined };
  const records = new RecordFile(path.join(folder, 'records.json'), parts);
  await records.change((record) => ({ ...record, instances: [hostname] }));
}

/** @throws if the address does not answer with VS Code's workbench. */
async function checkWorkbench(address: string): Promise<void> {
  const response = await fetch(address, { signal: AbortSignal.timeout(30_000) });
  const page = await response.text();
  if (!response.ok || !page.includes('vscode-workbench-web-configuration')) {
    throw new Error(`${address} answered ${response.status}, without VS Code's workbench.`);
  }
}

function whatToTry(version: string, address: string, instance: string): string {
  return `
VS Code ${version} is ready. Open in a browser:

  ${address}

The simulated instance ${instance} holds 3000 twins. What to try:

  1. Click the Azure Digital Twins icon in the activity bar on the left: the instance is listed.
  2. Open the menu of localhost with the right mouse button, choose Start Deletion Job… and allow the test account to
     sign in.
  3. Accept the timeout, then type localhost to confirm.
  4. Watch the job in the view and in the notification. It takes about 30 seconds.
  5. Add Instance…: contoso.api.weu.digitaltwins.azure.net is one more, in a simulated Azure behind a proxy, and
     fabrikam.api.eus.digitaltwins.azure.net one in another tenant.
  6. Back Up Instance… in the menu of localhost before you empty it, and Restore Backup… afterwards: the file lands on the
     machine that VS Code runs on.

Ctrl+C stops all of it.`;
}

/** Listens at once, so that Ctrl+C during the start ends what runs already. The end of npm asks to stop as well. */
function untilAskedToStop(): Promise<void> {
  const parent = process.ppid;
  return new Promise((resolve) => {
    setInterval(() => {
      if (process.ppid !== parent) {
        resolve();
      }
    }, 1000).unref();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        resolve();
      });
    }
  });
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined || text === '') {
    return undefined;
  }
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`The port has to be a number from 0 to 65535, not "${text}".`);
  }
  return port;
}
