import type * as vscode from 'vscode';
import type { Credentials } from '../authentication/credentials.ts';
import type { MicrosoftSessions } from '../authentication/microsoftSessions.ts';
import type { InstanceFinder } from '../instances/instanceFinder.ts';
import type { ContentsCounter } from '../jobs/contentsCounter.ts';
import type { Versions } from '../jobs/diagnostics.ts';
import type { ExclusiveUse } from '../jobs/exclusiveUse.ts';
import type { DataPlane } from '../service/dataPlane.ts';
import type { JobList } from '../jobs/jobList.ts';
import type { JobStarter } from '../jobs/jobStarter.ts';
import type { JobStore } from '../jobs/jobStore.ts';
import type { JobWatcher } from '../jobs/jobWatcher.ts';
import type { KnownInstances } from '../jobs/knownInstances.ts';
import type { PreflightCheck } from '../jobs/preflight.ts';
import type { SharedJobs } from '../jobs/sharedJobs.ts';
import type { Cloud } from '../service/cloud.ts';
import type { Clock } from '../service/clock.ts';
import type { FailureJournal } from '../service/failureJournal.ts';
import type { Identity } from '../service/identity.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import type { RandomHex } from '../service/random.ts';
import type { BackupProblems } from '../views/backupProblems.ts';
import type { JobDocuments } from '../views/jobDocument.ts';
import type { JobTree } from '../views/jobTree.ts';

/** What commands work with; each takes only what it needs of it. */
export interface Parts {
  readonly credentials: Credentials;
  readonly sessions: MicrosoftSessions;
  readonly finder: InstanceFinder;
  readonly instances: KnownInstances;
  readonly list: JobList;
  readonly watcher: JobWatcher;
  readonly preflight: PreflightCheck;
  readonly dataPlane: DataPlane;
  readonly starter: JobStarter;
  readonly store: JobStore;
  readonly shared: SharedJobs;
  readonly failures: FailureJournal;
  readonly counter: ContentsCounter;
  readonly uses: ExclusiveUse;
  readonly tree: JobTree;
  readonly problems: BackupProblems;
  readonly documents: JobDocuments;
  /** Resolves when the known instances have been read: before, a command would find none. */
  readonly ready: Promise<void>;
  readonly clock: Clock;
  readonly log: vscode.LogOutputChannel;
  /** What runs here, for those who are asked for help. */
  readonly versions: Versions;
  /** Where the files of the extension are. */
  readonly extensionUri: vscode.Uri;
  readonly randomHex: RandomHex;
  readonly cloud: () => Cloud;
  /** Who asks where nothing else is settled. */
  readonly identity: () => Identity;
  readonly parseHost: (input: string) => InstanceHost;
  readonly defaultTimeoutInMinutes: () => number | undefined;
}

/** What runs when a command is called: by a person without arguments, by a menu with its row, by code with its own. */
export type CommandHandler = (argument?: unknown) => Promise<unknown>;
