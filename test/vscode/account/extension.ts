import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import {
  accountFolderVariable,
  behaviorFile,
  commandFile,
  providerIds,
  resultFile,
  type AccountBehavior,
  type PreparedCommand,
  type ProviderId,
} from './behavior.ts';
import { TestAccountProvider } from './provider.ts';

/** Takes the place of the built-in Microsoft authentication. */
export function activate(context: vscode.ExtensionContext): void {
  const folder = process.env[accountFolderVariable] ?? context.globalStorageUri.fsPath;
  mkdirSync(folder, { recursive: true });
  const providers = providerIds
    .filter((id) => id === 'microsoft' || hasSovereignCloud(folder))
    .map((id) => register(id, folder, context));
  context.subscriptions.push(
    vscode.commands.registerCommand('testAccount.signOut', () => {
      for (const provider of providers) {
        provider.signOut(provider.signedIn);
      }
    }),
    vscode.commands.registerCommand('testAccount.removeAccount', async (given?: string) => {
      const signedIn = [...new Set(providers.flatMap((provider) => provider.signedIn))];
      const label = given ?? (await vscode.window.showQuickPick(signedIn, { title: 'Remove Account' }));
      if (label !== undefined) {
        for (const provider of providers) {
          provider.signOut([label]);
        }
      }
    }),
    vscode.commands.registerCommand('testAccount.runPreparedCommand', async () => {
      const { command, argument } = JSON.parse(readFileSync(path.join(folder, commandFile), 'utf8')) as PreparedCommand;
      const result: unknown = await vscode.commands.executeCommand(command, argument);
      // Whole at once: a test may be reading.
      writeFileSync(path.join(folder, `${resultFile}.new`), JSON.stringify({ result }));
      renameSync(path.join(folder, `${resultFile}.new`), path.join(folder, resultFile));
    }),
  );
}

function register(id: ProviderId, folder: string, context: vscode.ExtensionContext): TestAccountProvider {
  const provider = new TestAccountProvider(id, folder, new vscode.EventEmitter());
  const label = id === 'microsoft' ? 'Microsoft' : 'Microsoft Sovereign Cloud';
  context.subscriptions.push(
    vscode.authentication.registerAuthenticationProvider(id, label, provider, { supportsMultipleAccounts: true }),
  );
  return provider;
}

function hasSovereignCloud(folder: string): boolean {
  try {
    const behavior = JSON.parse(readFileSync(path.join(folder, behaviorFile), 'utf8')) as AccountBehavior;
    return behavior.sovereignCloud === true;
  } catch {
    // No test has said how the account behaves.
    return false;
  }
}
