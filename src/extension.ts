import { FileLocks } from './jobs/locks.ts';
import * as vscode from 'vscode';
import { MicrosoftAccount } from './authentication/microsoftAccount.ts';
import { SignInWatch } from './authentication/signInWatch.ts';
import { registerCommands } from './commands/registerCommands.ts';
import { composeJobs } from './jobs/composeJobs.ts';
import { SharedRequestTurns } from './jobs/requestTurns.ts';
import { systemClock as clock } from './service/clock.ts';
import { FailureJournal } from './service/failureJournal.ts';
import { systemRandomHex as randomHex } from './service/random.ts';
import * as settings from './settings.ts';
import { reportFailure } from './views/failureMessage.ts';
import { JobDocuments } from './views/jobDocument.ts';
import { showJobEnd } from './views/jobEndMessage.ts';
import { JobNotifications } from './views/jobNotifications.ts';
import { JobStatusBar } from './views/jobStatusBar.ts';
import { JobTree } from './views/jobTree.ts';
import { showSetAside } from './views/setAsideMessage.ts';
import { StorageWatch } from './views/storageWatch.ts';
import { showTimeoutWarning } from './views/timeoutWarning.ts';
import { versionsOf } from './views/versions.ts';
import { WindowPresence } from './views/windowPresence.ts';

/** Builds the parts and connects them. Awaits nothing and asks nothing of the network. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Azure Digital Twins', { log: true });
  const report = (error: unknown): void => {
    reportFailure(log, error);
  };

  // The data plane, whose requests all windows pace together
  const account = new MicrosoftAccount(vscode.authentication);
  const folder = context.globalStorageUri.fsPath;
  const locks = new FileLocks(vscode.Uri.joinPath(context.globalStorageUri, 'locks').fsPath, log);
  const failures = new FailureJournal();
  const turns = new SharedRequestTurns(locks, clock, log);
  const { name, version } = context.extension.packageJSON as { name: string; version: string };
  const ways = { credential: account, clock, randomHex, log, failures, turns };
  const transport = { ...ways, userAgent: `${name}/${version}` };

  // What a job is to a person
  const presence = new WindowPresence(clock);
  const isWindowThere = (): Promise<boolean> => presence.isThere();
  const jobs = composeJobs({ transport, folder, locks, isWindowThere, settings, setAside: showSetAside });
  const { store, instances, list, watcher, tracker, shared } = jobs;
  watcher.on('ended', (job) => void showJobEnd(job, clock.now()).catch(report));
  tracker.on('timeoutExpected', (job) => void showTimeoutWarning(job, clock.now()).catch(report));

  // What is shown
  const tree = new JobTree(store, (host) => list.refresh(host), clock);
  const documents = new JobDocuments(store);

  const loadInstances = (): Promise<void> => instances.load().catch(report);
  const ready = loadInstances();
  store.on('instances', () => void list.resume().catch(report));
  const about = { versions: versionsOf(context.extension), extensionUri: context.extensionUri };
  const parts = { ...jobs, ...settings, ...about, account, tree, documents, ready, log, randomHex, clock, failures };
  context.subscriptions.push(
    log,
    watcher,
    locks,
    tree,
    documents,
    new JobNotifications(store, watcher, clock),
    new JobStatusBar(store, clock),
    registerCommands(parts),
    new StorageWatch(context.globalStorageUri, loadInstances, (file) => shared.fileChanged(file)),
    new SignInWatch(vscode.authentication, () => {
      watcher.lookNow();
      void list.refreshSignedOut();
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(settings.settingsSection)) {
        void loadInstances();
      }
    }),
  );
}
