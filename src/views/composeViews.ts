import * as vscode from 'vscode';
import type { Jobs } from '../jobs/composeJobs.ts';
import type { Clock } from '../service/clock.ts';
import { BackupProblems } from './backupProblems.ts';
import { JobDocuments } from './jobDocument.ts';
import { showJobEnd } from './jobEndMessage.ts';
import { JobNotifications } from './jobNotifications.ts';
import { JobStatusBar } from './jobStatusBar.ts';
import { JobTree } from './jobTree.ts';
import { showTimeoutWarning } from './timeoutWarning.ts';

/** What shows jobs, as far as commands work with it. */
export interface Views extends vscode.Disposable {
  readonly tree: JobTree;
  readonly documents: JobDocuments;
  readonly problems: BackupProblems;
}

/**
 * Builds all that shows jobs: tree, details, notifications, status bar and messages.
 *
 * @param report is told of what could not be shown
 */
export function composeViews(
  { store, list, watcher, tracker }: Pick<Jobs, 'store' | 'list' | 'watcher' | 'tracker'>,
  clock: Clock,
  report: (error: unknown) => void,
): Views {
  watcher.on('ended', (job) => void showJobEnd(job, clock.now()).catch(report));
  tracker.on('timeoutExpected', (job) => void showTimeoutWarning(job, clock.now()).catch(report));
  const tree = new JobTree(store, (host) => list.refresh(host), clock);
  const documents = new JobDocuments(store);
  const notifications = new JobNotifications(store, watcher, clock);
  const statusBar = new JobStatusBar(store, clock);
  const problems = new BackupProblems();
  const all = vscode.Disposable.from(tree, documents, notifications, statusBar, problems);
  return Object.assign(all, { tree, documents, problems });
}
