import * as vscode from 'vscode';
import { StartFailedError } from '../jobs/jobStarter.ts';
import { explain, type Remedy } from '../service/explain.ts';

const buttons: Readonly<Record<Remedy, string>> = { signIn: 'Sign In', refresh: 'Refresh', showLog: 'Show Log' };

/** Says what failed, what it means for the data and what to do, with buttons for what can be pressed. */
export async function showFailure(error: unknown): Promise<void> {
  const { remedy } = explain(error instanceof StartFailedError ? error.cause : error);
  const offered = [...new Set<Remedy>([remedy, 'showLog'])];
  const chosen = await vscode.window.showErrorMessage(failureText(error), ...offered.map((offer) => buttons[offer]));
  const pressed = offered.find((offer) => buttons[offer] === chosen);
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
    ? `No deletion job was started on ${name}, and nothing was deleted. ${happened} ${advice}`
    : `It is not known whether the deletion job on ${name} was started. ${happened} The request was sent once and is ` +
        `not repeated. If the job was started, the view Deletion Jobs lists it under ${hostname}: refresh the view ` +
        'before you start again.';
}
