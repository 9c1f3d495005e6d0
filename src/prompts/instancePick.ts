import * as vscode from 'vscode';
import type { Instance } from '../jobs/jobStore.ts';
import type { InstanceHost } from '../service/instanceHost.ts';

/**
 * Asks for one of these instances.
 *
 * @param none what to say when there is none
 * @returns undefined when the person backed out, or there is none: which is said
 */
export async function pickInstance(
  title: string,
  instances: readonly Instance[],
  none: string,
): Promise<InstanceHost | undefined> {
  if (instances.length === 0) {
    void vscode.window.showInformationMessage(none);
    return undefined;
  }
  const items = instances.map(({ host }) => ({ label: host.name, description: host.hostname, host }));
  const options = { title, placeHolder: 'Choose an instance', matchOnDescription: true };
  return (await vscode.window.showQuickPick(items, options))?.host;
}
