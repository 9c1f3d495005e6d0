import { createDefaultHttpClient } from '@azure/core-rest-pipeline';
import * as vscode from 'vscode';
import { MicrosoftAccount } from './authentication/microsoftAccount.ts';
import { SignInWatch } from './authentication/signInWatch.ts';
import { registerCommands } from './commands/registerCommands.ts';
import { JobList } from './jobs/jobList.ts';
import { logJobEnds } from './jobs/logJobEnds.ts';
import { JobStarter } from './jobs/jobStarter.ts';
import { JobStore } from './jobs/jobStore.ts';
import { JobWatcher } from './jobs/jobWatcher.ts';
import { KnownInstances } from './jobs/knownInstances.ts';
import { RecordFile } from './jobs/recordFile.ts';
import { StartedJobs } from './jobs/startedJobs.ts';
import { systemClock as clock } from './service/clock.ts';
import { DeleteJobsByHost } from './service/deleteJobsByHost.ts';
import { systemRandomHex as randomHex } from './service/random.ts';
import { defaultTimeoutInMinutes, parseHost, settingsSection } from './settings.ts';
import { JobDocuments } from './views/jobDocument.ts';
import { reportFailure } from './views/failureMessage.ts';
import { showJobEnd } from './views/jobEndMessage.ts';
import { JobNotifications } from './views/jobNotifications.ts';
import { JobTree } from './views/jobTree.ts';

/** Builds the parts and connects them. Awaits nothing and asks nothing of the network. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Azure Digital Twins', { log: true });
  const report = (error: unknown): void => {
    reportFailure(log, error);
  };
  const account = new MicrosoftAccount(vscode.authentication);

  // The data plane
  const { name, version } = context.extension.packageJSON as { name: string; version: string };
  const transport = { httpClient: createDefaultHttpClient(), credential: account, clock, randomHex, log };
  const services = new DeleteJobsByHost({ ...transport, userAgent: `${name}/${version}` });

  // What a job is to a person
  const records = new RecordFile(vscode.Uri.joinPath(context.globalStorageUri, 'records.json').fsPath, clock, log);
  const store = new JobStore();
  logJobEnds(store, log, () => clock.now());
  const instances = new KnownInstances(records, store, parseHost, log);
  const started = new StartedJobs(records, clock);
  const watcher = new JobWatcher(services, store, clock, log);
  const list = new JobList(services, store, started, watcher, randomHex, log);
  const starter = new JobStarter(services, instances, started, store, watcher, clock);

  // What is shown
  const tree = new JobTree(store, (host) => list.refresh(host), clock);
  const documents = new JobDocuments(store);
  const notifications = new JobNotifications(store, clock, (job) => {
    started.markEndTold(job.host, job.id).catch(report);
    void showJobEnd(job, clock.now());
  });

  const ready = instances.load().catch(report);
  void ready.then(() => list.resume()).catch(report);
  const parts = { account, instances, list, starter, store, tree, documents, ready, log, randomHex };
  context.subscriptions.push(
    log,
    watcher,
    tree,
    documents,
    notifications,
    registerCommands({ ...parts, parseHost, defaultTimeoutInMinutes }),
    new SignInWatch(vscode.authentication, () => {
      watcher.lookNow();
      void list.refreshSignedOut();
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(`${settingsSection}.additionalHosts`)) {
        instances.load().catch(report);
      }
    }),
  );
}
