import * as vscode from 'vscode';
import { learnMore, remedyTitles } from '../jobs/remedies.ts';
import { StartFailedError } from '../jobs/jobStarter.ts';
import { OperationFailedError } from '../jobs/operationFailedError.ts';
import type { Remedy } from '../service/explain.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import { InstanceProtectedError } from '../service/errors.ts';
import { logFailure } from '../service/logFailure.ts';
import { InstanceNode } from './jobNodes.ts';

/** Logs a failure and says it to the person: what happened, what it means for the data, what to do. */
export function reportFailure(log: vscode.LogOutputChannel, error: unknown): void {
  logFailure(log, error instanceof StartFailedError || error instanceof OperationFailedError ? error.cause : error);
  // A message that can't be shown any more, as when the window closes, is nobody's concern.
  showFailure(error).catch(() => undefined);
}

async function showFailure(error: unknown): Promise<void> {
  const { failureMessage } = await import('../jobs/failureText.ts');
  const { text, remedies, help } = failureMessage(error);
  const titles = remedies.map((remedy) => remedyTitles[remedy]);
  const chosen = await vscode.window.showErrorMessage(text, ...titles, ...(help ? [learnMore] : []));
  if (chosen === learnMore) {
    await vscode.commands.executeCommand('digitalTwins.openTroubleshooting', help);
    return;
  }
  const pressed = remedies.find((remedy) => remedyTitles[remedy] === chosen);
  if (pressed) {
    await press(pressed, error);
  }
}

async function press(remedy: Remedy, error: unknown): Promise<void> {
  if (remedy === 'openSettings') {
    await vscode.commands.executeCommand('workbench.action.openSettings', 'digitalTwins.protectedHosts');
    return;
  }
  const host = hostOf(error);
  const isOfRow = remedy === 'removeProtection' || remedy === 'switchAccount';
  const argument =
    host && (isOfRow ? new InstanceNode(host) : remedy === 'signIn' ? { hostname: host.hostname } : undefined);
  await vscode.commands.executeCommand(`digitalTwins.${remedy}`, ...(argument ? [argument] : []));
}

function hostOf(error: unknown): InstanceHost | undefined {
  if (error instanceof StartFailedError || error instanceof OperationFailedError) {
    return error.host;
  }
  return error instanceof InstanceProtectedError ? error.host : undefined;
}
