import * as vscode from 'vscode';
import { StartFailedError } from '../jobs/jobStarter.ts';
import { explain, type Remedy } from '../service/explain.ts';
import { logFailure } from '../service/logFailure.ts';

/** What the button of a remedy says; its command is `digitalTwins.` and the remedy. */
export const remedyTitles: Readonly<Record<Remedy, string>> = {
  signIn: 'Sign In',
  refresh: 'Refresh',
  showLog: 'Show Log',
};

/** Logs a failure and says it to the person: what happened, what it means for the data, what to do. */
export function reportFailure(log: vscode.LogOutputChannel, error: unknown): void {
  logFailure(log, error instanceof StartFailedError ? error.cause : error);
  void showFailure(error);
}

async function showFailure(error: unknown): Promise<void> {
  const { remedy } = explain(error instanceof StartFailedError ? error.cause : error);
  const offered = [...new Set<Remedy>(remedy ? [remedy, 'showLog'] : [])];
  const titles = offered.map((offer) => remedyTitles[offer]);
  const chosen = await vscode.window.showErrorMessage(failureText(error), ...titles);
  const pressed = offered.find((offer) => remedyTitles[offer] === chosen);
  if (pressed) {
    await vscode.commands.executeCommand(`digitalTwins.${pressed}`);
  }
}

function failureText(error: unknown): string {
  if (!(error instanceof StartFailedError)) {
    const { happened, advice } = explain(error);
    return `${happened} ${advice}`;
  }
  const { happened, advice } = explain(error.cause);
  const { name, hostname } = error.host;
  return error.started === 'no'
    ? `No deletion job was started on ${name}. ${happened} This attempt deleted nothing. ${advice}`
    : `It is not known whether the deletion job on ${name} was started. ${happened} The request was sent once and is ` +
        `not repeated. ${hostname} is being asked for the job: the view Deletion Jobs shows what comes of it.`;
}
