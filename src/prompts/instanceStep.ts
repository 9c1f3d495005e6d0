import * as vscode from 'vscode';
import { InvalidInputError } from '../service/errors.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import { showStep, type StepPosition, type StepResult } from './steps.ts';

interface HostItem extends vscode.QuickPickItem {
  /** Undefined on the row that says why what was typed can't be taken. */
  readonly host: InstanceHost | undefined;
}

/** Asks for an instance: one of the known ones, or a host name typed or pasted into the same field. */
export function askInstance(
  title: string,
  known: readonly InstanceHost[],
  parseHost: (input: string) => InstanceHost,
  position: StepPosition,
): Promise<StepResult<InstanceHost>> {
  const pick = vscode.window.createQuickPick<HostItem>();
  pick.title = title;
  pick.placeholder =
    known.length > 0
      ? 'Choose an instance, or enter its host name'
      : 'Enter the host name, for example contoso.api.wcus.digitaltwins.azure.net';
  pick.matchOnDescription = true;
  const knownItems = known.map((host) => ({ label: host.name, description: host.hostname, host }));
  const offer = (typed: string): void => {
    pick.items = [...knownItems, ...typedItem(typed.trim(), known, parseHost)];
  };
  pick.onDidChangeValue(offer);
  offer('');
  return showStep(pick, position, () => pick.selectedItems[0]?.host);
}

function typedItem(
  typed: string,
  known: readonly InstanceHost[],
  parseHost: (input: string) => InstanceHost,
): HostItem[] {
  if (typed === '') {
    return [];
  }
  try {
    const host = parseHost(typed);
    return known.some((other) => other.equals(host))
      ? []
      : [{ label: host.hostname, description: 'use this instance', host, alwaysShow: true }];
  } catch (error) {
    // While what is typed still filters the known ones, it is a search and no mistake.
    const searching = known.some(({ hostname }) => hostname.includes(typed.toLowerCase()));
    return searching || !(error instanceof InvalidInputError)
      ? []
      : [{ label: `$(error) ${typed}`, detail: error.message, host: undefined, alwaysShow: true }];
  }
}
