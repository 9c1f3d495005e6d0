import * as vscode from 'vscode';
import { remedyTitles } from '../jobs/remedies.ts';

/** Says that what was stored could not be understood, or not all of it, and where it is now. Shown once for each content. */
export function showSetAside(aside: string, kept: 'part' | 'nothing'): void {
  // The log has it too.
  show(aside, kept).catch(() => undefined);
}

async function show(aside: string, kept: 'part' | 'nothing'): Promise<void> {
  // Hardly ever needed: activation does not load it.
  const { setAsideText } = await import('../jobs/setAsideText.ts');
  const chosen = await vscode.window.showWarningMessage(setAsideText(aside, kept), remedyTitles.showLog);
  if (chosen === remedyTitles.showLog) {
    await vscode.commands.executeCommand('digitalTwins.showLog');
  }
}
