import * as vscode from 'vscode';
import type { TransferProgress } from '../backup/transferProgress.ts';
import type { Clock } from '../service/clock.ts';

/** Milliseconds between two looks at how far it is. */
const intervalInMs = 1000;

/**
 * Shows a backup or restore as a notification with a Cancel button for as long as it runs.
 *
 * @param run is given what aborts when the person cancels
 */
export function showTransfer<T>(
  title: string,
  transfer: TransferProgress,
  clock: Clock,
  run: (signal: AbortSignal) => Promise<T>,
): Thenable<T> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (progress, token) => {
    const cancel = new AbortController();
    const ended = new AbortController();
    token.onCancellationRequested(() => {
      cancel.abort();
    });
    void report(transfer, progress, clock, ended.signal);
    try {
      return await run(cancel.signal);
    } finally {
      ended.abort();
    }
  });
}

async function report(
  transfer: TransferProgress,
  progress: vscode.Progress<{ message: string; increment?: number }>,
  clock: Clock,
  ended: AbortSignal,
): Promise<void> {
  let shown = 0;
  while (!ended.aborted) {
    const { percent } = transfer;
    // A bar can't go back.
    const increment = percent === undefined ? 0 : Math.max(0, percent - shown);
    shown += increment;
    progress.report({ message: transfer.describe(), ...(percent !== undefined && { increment }) });
    await clock.delay(intervalInMs, ended).catch(() => undefined);
  }
}
