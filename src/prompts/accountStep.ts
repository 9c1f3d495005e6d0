import * as vscode from 'vscode';
import { credentialTitles, type CredentialKind } from '../service/credentialKind.ts';
import type { Account, Identity } from '../service/identity.ts';
import { plainLabel } from './plainLabel.ts';
import { showStep, type StepPosition, type StepResult } from './steps.ts';

/** Who is to ask an instance: an account that VS Code knows, another one, or another credential. */
export type ChosenAccount =
  | { readonly kind: 'account'; readonly account: Account }
  | { readonly kind: 'other' }
  | { readonly kind: 'credential'; readonly credential: Exclude<CredentialKind, 'vscode'> };

interface AccountItem extends vscode.QuickPickItem {
  readonly chosen?: ChosenAccount;
}

/**
 * Asks for an account or another credential.
 *
 * @param accounts those that VS Code knows, or a few words that say why that can't be told
 * @param current who asks the instance now
 */
export function askAccount(
  title: string,
  accounts: readonly Account[] | string,
  current: Identity,
  position: StepPosition,
): Promise<StepResult<ChosenAccount>> {
  const pick = vscode.window.createQuickPick<AccountItem>();
  const isCurrent = ({ chosen }: AccountItem): boolean =>
    chosen?.kind === 'account'
      ? current.credential === 'vscode' && chosen.account.id === current.account?.id
      : chosen?.kind === 'credential' && chosen.credential === current.credential;
  pick.title = title;
  pick.placeholder = 'Choose who asks the instance';
  pick.items = accountItems(accounts).map((item) => (isCurrent(item) ? { ...item, description: 'now' } : item));
  pick.activeItems = pick.items.filter(isCurrent);
  return showStep(pick, position, () => pick.selectedItems[0]?.chosen);
}

function accountItems(accounts: readonly Account[] | string): AccountItem[] {
  const credentials = Object.keys(credentialTitles) as CredentialKind[];
  return [
    separator('Microsoft accounts'),
    ...(typeof accounts === 'string'
      ? [{ label: '$(warning) The accounts are not known', description: plainLabel(accounts) }]
      : accounts.map((account) => ({
          label: `$(account) ${plainLabel(account.label)}`,
          chosen: { kind: 'account', account } as const,
        }))),
    { label: '$(add) Use another account…', chosen: { kind: 'other' } },
    separator('Other credentials'),
    ...credentials.flatMap((credential) =>
      credential === 'vscode'
        ? []
        : [{ label: `$(key) ${credentialTitles[credential]}`, chosen: { kind: 'credential', credential } as const }],
    ),
  ];
}

/**
 * Asks which of several who see an instance is to ask it.
 *
 * @returns undefined when the person backed out
 */
export async function askAccountOf(title: string, identities: readonly Identity[]): Promise<Identity | undefined> {
  const items = identities.map((identity) => ({
    label: identity.account ? plainLabel(identity.account.label) : credentialTitles[identity.credential],
    identity,
  }));
  const options = { title, placeHolder: 'Several of your accounts see this instance: choose the one to use' };
  return (await vscode.window.showQuickPick(items, options))?.identity;
}

function separator(label: string): AccountItem {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}
