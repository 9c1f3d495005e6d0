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
    pick.items = [...knownItems, ...typedItems(typed.trim(), known, parseHost)];
  };
  pick.onDidChangeValue(offer);
  offer('');
  return showStep(pick, position, () => {
    // Enter may come before the rows have followed what was typed: a host name in the box is what is meant then, not
    // the row that happens to be active.
    const typed = readHost(pick.value, parseHost);
    return typed instanceof InvalidInputError ? pick.selectedItems[0]?.host : typed;
  });
}

/** The row for what was typed: the instance that it names, or why it can't be one. */
function typedItems(
  typed: string,
  known: readonly InstanceHost[],
  parseHost: (input: string) => InstanceHost,
): HostItem[] {
  // What filters the known ones is a search and no mistake, and one that is typed out is among them.
  const lower = typed.toLowerCase();
  const host = readHost(typed, parseHost);
  if (host instanceof InvalidInputError) {
    const searching = typed === '' || known.some(({ hostname }) => hostname.includes(lower));
    return searching ? [] : [{ label: `$(error) ${typed}`, detail: host.message, host: undefined, alwaysShow: true }];
  }
  return known.some(({ hostname }) => hostname === lower)
    ? []
    : [{ label: host.hostname, description: 'use this instance', host, alwaysShow: true }];
}

function readHost(typed: string, parseHost: (input: string) => InstanceHost): InstanceHost | InvalidInputError {
  try {
    return parseHost(typed);
  } catch (error) {
    if (error instanceof InvalidInputError) {
      return error;
    }
    throw error;
  }
}
