import * as vscode from 'vscode';
import { ImportWatch } from '../jobs/importWatch.ts';
import type { ActiveBulkJob } from '../jobs/preflight.ts';
import { activeJobText } from '../jobs/preflightText.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import { printable } from '../service/printable.ts';
import { reportFailure } from '../views/failureMessage.ts';
import { InstanceNode } from '../views/jobNodes.ts';
import type { Parts } from './parts.ts';

const watchIt = 'Watch It';
const startJob = 'Start Deletion Job…';

/**
 * Says that a bulk job is in the way, and offers to watch it instead.
 *
 * @param text by default, that it is in the way of a start
 */
export function showActiveJob(
  parts: Parts,
  host: InstanceHost,
  active: ActiveBulkJob,
  text = activeJobText(host, active, parts.clock.now()),
): void {
  const shown = vscode.window.showWarningMessage(text, watchIt);
  void shown.then(async (chosen) => {
    if (chosen !== watchIt) {
      return;
    }
    try {
      await (active.kind === 'deletion' ? watchDeletion(parts, host, active) : watchImport(parts, host, active));
    } catch (error) {
      reportFailure(parts.log, error);
    }
  });
}

/** A deletion job is watched by having it in the tree. */
async function watchDeletion(
  { instances, list, store, tree }: Parts,
  host: InstanceHost,
  { id }: ActiveBulkJob,
): Promise<void> {
  await instances.add(host);
  await list.refresh(host);
  tree.reveal(store.job(host, id) ?? host);
}

/** An import job is in no tree: it has a notification, which can be dismissed, until it has ended. */
async function watchImport(
  { dataPlane, clock, randomHex, log }: Parts,
  host: InstanceHost,
  { id }: ActiveBulkJob,
): Promise<void> {
  const importWatch = new ImportWatch(dataPlane, clock, randomHex, log);
  const name = printable(id, 128);
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: `Import job ${name} on ${host.hostname}`,
    // Only the watching: the import goes on.
    cancellable: true,
  };
  const status = await vscode.window.withProgress(options, (progress, token) => {
    const stop = new AbortController();
    token.onCancellationRequested(() => {
      stop.abort();
    });
    return importWatch.untilEnd(host, id, stop.signal, (message) => {
      progress.report({ message: printable(message, 100) });
    });
  });
  if (status === undefined) {
    return;
  }
  const how = status === 'gone' ? 'is no longer known to the service' : `has ended: ${printable(status, 40)}`;
  const chosen = await vscode.window.showInformationMessage(
    `The import job ${name} on ${host.name} ${how}. A deletion job can be started now. After a large import, wait until it is synchronized.`,
    startJob,
  );
  if (chosen === startJob) {
    await vscode.commands.executeCommand('digitalTwins.startDeletionJob', new InstanceNode(host));
  }
}
