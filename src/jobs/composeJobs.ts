import { join } from 'node:path';
import { DataPlane } from '../service/dataPlane.ts';
import type { Transport } from '../service/transport.ts';
import { ContentsCounter } from './contentsCounter.ts';
import { EndCheck } from './endCheck.ts';
import { ExclusiveUse } from './exclusiveUse.ts';
import { JobList } from './jobList.ts';
import { JobStarter } from './jobStarter.ts';
import { JobStore } from './jobStore.ts';
import { JobWatcher } from './jobWatcher.ts';
import type { SetAside } from './jsonFile.ts';
import { KnownInstances, type InstanceSettings } from './knownInstances.ts';
import type { Locks } from './locks.ts';
import { logJobEnds } from './logJobEnds.ts';
import { PreflightCheck } from './preflight.ts';
import { RecordFile } from './recordFile.ts';
import { RemainingTracker } from './remainingTracker.ts';
import { SharedJobs } from './sharedJobs.ts';
import { StartedJobs } from './startedJobs.ts';

/** What the jobs layer is built on. */
export interface JobsGround {
  readonly transport: Transport;
  /** Where files are kept that all windows share. */
  readonly folder: string;
  readonly locks: Locks;
  /** Whether anybody can see what this window shows. */
  readonly isWindowThere: () => Promise<boolean>;
  readonly settings: InstanceSettings & { readonly trackRemaining: () => boolean };
  /** Is told when a file could not be understood and was set aside. */
  readonly setAside: SetAside;
}

/** All of the jobs layer, connected. */
export interface Jobs {
  readonly store: JobStore;
  readonly records: RecordFile;
  readonly instances: KnownInstances;
  readonly started: StartedJobs;
  readonly shared: SharedJobs;
  readonly tracker: RemainingTracker;
  readonly watcher: JobWatcher;
  readonly list: JobList;
  readonly preflight: PreflightCheck;
  readonly starter: JobStarter;
  readonly dataPlane: DataPlane;
  readonly counter: ContentsCounter;
  readonly uses: ExclusiveUse;
}

/** Builds the jobs layer, the same for the extension and for tests. Asks nothing of disk or network. */
export function composeJobs({ transport, folder, locks, isWindowThere, settings, setAside }: JobsGround): Jobs {
  const { clock, log, randomHex } = transport;
  const dataPlane = new DataPlane(transport);
  const files = { locks, clock, log, setAside };

  const store = new JobStore();
  logJobEnds(store, log, () => clock.now());
  const records = new RecordFile(join(folder, 'records.json'), files);
  const instances = new KnownInstances(records, store, settings, log);
  const uses = new ExclusiveUse(locks);
  const started = new StartedJobs(records, locks, clock);
  const shared = new SharedJobs(join(folder, 'jobs'), files, store);

  const counter = new ContentsCounter(dataPlane, clock);
  const tracker = new RemainingTracker(counter, store, settings.trackRemaining, clock, log);
  const endCheck = new EndCheck(counter, clock);
  const watcher = new JobWatcher({
    ...{ dataPlane, store, started, shared, tracker, endCheck },
    ...{ locks, isWindowThere, clock, log },
  });

  const list = new JobList(dataPlane, store, started, shared, clock, randomHex, log);
  const preflight = new PreflightCheck(dataPlane, counter, store, started, shared, clock, randomHex, log);
  const starter = new JobStarter({ dataPlane, instances, started, store, uses }, clock);
  return {
    store,
    records,
    instances,
    started,
    shared,
    tracker,
    watcher,
    list,
    preflight,
    starter,
    dataPlane,
    counter,
    uses,
  };
}
