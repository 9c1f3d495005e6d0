import type * as vscode from 'vscode';
import { clouds } from '../service/cloud.ts';

/** VS Code tells of every account singly when several change: this long without a further change makes one event. */
const quietMs = 500;

/** Tells when accounts have come, gone or changed. */
export class SignInWatch implements vscode.Disposable {
  readonly #subscription: vscode.Disposable;
  #timer: NodeJS.Timeout | undefined;

  constructor(authentication: Pick<typeof vscode.authentication, 'onDidChangeSessions'>, changed: () => unknown) {
    this.#subscription = authentication.onDidChangeSessions(({ provider }) => {
      if (Object.values(clouds).some(({ signInProvider }) => signInProvider === provider.id)) {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(changed, quietMs);
      }
    });
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#subscription.dispose();
  }
}
