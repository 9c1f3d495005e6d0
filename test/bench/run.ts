import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { TestAccount } from '../vscode/account/testAccount.ts';
import { outputFolder, repositoryFolder } from '../vscode/cache.ts';
import { prepareExtensionHost, runInExtensionHost } from '../vscode/extensionHost.ts';
import { bundleForExtensionHost } from '../vscode/hostTests.ts';
import { exitOnSignals } from '../vscode/processes.ts';
import { startInstances } from './instances.ts';
import { ProbeLink } from './probeLink.ts';
import { profileReport } from './profile.ts';
import { benchBegins, portVariable } from './protocol.ts';
import { table, type Phase } from './report.ts';
import { runScenario } from './scenario.ts';
import { BenchWindow } from './window.ts';

/**
 * Measures how much of VS Code's extension host the extension takes, with many instances and a long history. It fails
 * when something does not work, never because something is slow.
 */
const { values } = parseArgs({
  options: {
    /** Profiles each phase too, which makes all figures worse. */
    profile: { type: 'boolean', default: false },
    instances: { type: 'string', default: '50' },
    'old-jobs': { type: 'string', default: '10000' },
    /** How long an instance keeps a connection; what the service does is not documented. */
    'keep-alive-seconds': { type: 'string', default: '120' },
    'jobs-per-page': { type: 'string', default: '1000' },
  },
});
const extent = {
  instances: Number(values.instances),
  oldJobs: Number(values['old-jobs']),
  jobsPerPage: Number(values['jobs-per-page']),
  keepAliveMs: Number(values['keep-alive-seconds']) * 1000,
};
const profiles = path.join(outputFolder, 'profiles');

exitOnSignals();
const vsCode = await prepareExtensionHost();
const file = await bundleForExtensionHost('bench', [path.join(repositoryFolder, 'test/bench/probe.ts')]);
await rm(profiles, { recursive: true, force: true });
await mkdir(profiles, { recursive: true });
const folder = await mkdtemp(path.join(tmpdir(), 'bench-'));
const account = new TestAccount(path.join(folder, 'account'));
await account.behave({ signedIn: ['operator@contoso.com'] });
const instances = await startInstances(extent, folder);
const probe = await ProbeLink.listen();
const profileOf = (phase: number): string | undefined =>
  values.profile ? path.join(profiles, `${phase}.cpuprofile`) : undefined;
try {
  console.log(`Measuring in VS Code ${vsCode.version} …`);
  // Not awaited where it is started: VS Code opens the window after that.
  let scenario: Promise<Phase[]> | undefined;
  const code = await runInExtensionHost(vsCode, {
    title: 'The bench',
    file,
    beginLine: benchBegins,
    longestRunInMs: 10 * 60_000,
    folder,
    settings: { 'digitalTwins.additionalHosts': instances.addresses },
    environment: {
      ...account.environment,
      NODE_EXTRA_CA_CERTS: instances.certificateFile,
      [portVariable]: String(probe.port),
    },
    trustedExtensions: ['digitaltwins-tools.digital-twins-maintenance'],
    onWindow: async (page) => {
      const window = new BenchWindow(page);
      await window.enlarge();
      scenario = runScenario({ probe, window, instances, extent }, profileOf, ({ title }) => {
        console.log(`done: ${title}`);
      }).finally(() => probe.quit());
      // Whoever awaits it below learns of a failure; until then it must not end the process.
      scenario.catch(() => undefined);
    },
  });
  await print((await scenario) ?? []);
  process.exitCode = code;
} finally {
  probe.close();
  await instances.close();
  await rm(folder, { recursive: true, force: true });
}

async function print(phases: readonly Phase[]): Promise<void> {
  const { instances: count, oldJobs, jobsPerPage, keepAliveMs } = extent;
  console.log(
    [
      '',
      `${count} instances with a running job each, ${oldJobs} old jobs on one, listed ${jobsPerPage} a page`,
      '(the client asks for no size, and once a second). A block is the time by which a 5 ms timer is late;',
      'CPU is the share of time in which the thread was running.',
      `The instances keep idle connections for ${keepAliveMs / 1000} s.`,
      ...(values.profile ? ['Profiled: all of it is slower than without.'] : []),
      '',
      table(phases),
    ].join('\n'),
  );
  if (values.profile) {
    console.log(await profileReport(phases, profileOf));
  }
}
