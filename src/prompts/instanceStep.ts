import * as vscode from 'vscode';
import { InvalidInputError } from '../service/errors.ts';
import type { Instance } from '../jobs/jobStore.ts';
import type { InstanceHost } from '../service/instanceHost.ts';
import { showStep, type StepPosition, type StepResult } from './steps.ts';

interface HostItem extends vscode.QuickPickItem {
  /** Undefined on the row that says why what was typed can't be taken. */
  readonly host: InstanceHost | undefined;
}

/** Asks for an instance: one of the known ones, or a host name typed or pasted into the same field. */
export function askInstance(
  title: string,
  known: readonly Instance[],
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
  const knownItems: readonly HostItem[] = known.map(({ host, protection }) => ({
    label: protection ? `$(lock) ${host.name}` : host.name,
    description: protection ? `${host.hostname}, protected` : host.hostname,
    host,
  }));
  const offer = (typed: string): void => {
    pick.items = offered(typed.trim(), knownItems, parseHost);
  };
  pick.onDidChangeValue(offer);
  offer('');
  return showStep(pick, position, () => {
    // Enter may come before the rows have followed what was typed. A row that is no longer offered is not meant then.
    const [selected] = pick.selectedItems;
    if (selected && pick.items.includes(selected)) {
      return selected.host;
    }
    const typed = readHost(pick.value, parseHost);
    return typed instanceof InvalidInputError ? undefined : typed;
  });
}

/** The rows for what was typed: the one instance that it names, or the known ones, with a reason where none can match. */
function offered(
  typed: string,
  known: readonly HostItem[],
  parseHost: (input: string) => InstanceHost,
): readonly HostItem[] {
  const host = readHost(typed, parseHost);
  if (!(host instanceof InvalidInputError)) {
    // A whole host name was typed: another instance that merely contains it must not stand beside it.
    const same = known.find((item) => item.host?.hostname === host.hostname);
    return [{ ...(same ?? { label: host.hostname, description: 'use this instance', host }), alwaysShow: true }];
  }
  const searching = typed === '' || known.some((item) => item.host?.hostname.includes(typed.toLowerCase()));
  return searching
    ? known
    : [...known, { label: `$(error) ${typed}`, detail: host.message, host: undefined, alwaysShow: true }];
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
