import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { JobList } from '../../src/jobs/jobList.ts';
import { JobStarter } from '../../src/jobs/jobStarter.ts';
import { JobStore } from '../../src/jobs/jobStore.ts';
import { JobWatcher } from '../../src/jobs/jobWatcher.ts';
import { KnownInstances } from '../../src/jobs/knownInstances.ts';
import { RecordFile } from '../../src/jobs/recordFile.ts';
import { StartedJobs } from '../../src/jobs/startedJobs.ts';
import { DeleteJobsByHost } from '../../src/service/deleteJobsByHost.ts';
import { InstanceHost } from '../../src/service/instanceHost.ts';
import type { Scripted } from './scriptedHttp.ts';
import { scriptedTransport, type ScriptedTransport } from './transport.ts';

/** All that stands below VS Code, connected as in the extension, over a scripted transport. */
export interface JobSetup {
  readonly transport: ScriptedTransport;
  readonly recordPath: string;
  readonly records: RecordFile;
  readonly store: JobStore;
  readonly instances: KnownInstances;
  readonly started: StartedJobs;
  readonly watcher: JobWatcher;
  readonly list: JobList;
  readonly starter: JobStarter;
}

/** A folder that is gone after the test. */
export async function temporaryFolder(test: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'digital-twins-'));
  test.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Connects the parts; a `recordPath` of an earlier set-up makes this one a restart of it. */
export async function jobSetup(
  test: TestContext,
  { answers = [], recordPath }: { answers?: Scripted[]; recordPath?: string } = {},
): Promise<JobSetup> {
  const transport = scriptedTransport(...answers);
  const { clock, log, randomHex } = transport;
  const path = recordPath ?? join(await temporaryFolder(test), 'storage', 'records.json');
  const services = new DeleteJobsByHost(transport);
  const records = new RecordFile(path, clock, log);
  const store = new JobStore();
  const instances = new KnownInstances(records, store, (hostname) => InstanceHost.parse(hostname), log);
  const started = new StartedJobs(records, clock);
  const watcher = new JobWatcher(services, store, clock, log);
  test.after(() => {
    watcher.dispose();
  });
  const list = new JobList(services, store, started, watcher, randomHex, log);
  const starter = new JobStarter(services, instances, started, store, watcher, clock);
  return { transport, recordPath: path, records, store, instances, started, watcher, list, starter };
}
