import * as vscode from 'vscode';
import type { InstanceHost } from '../service/instanceHost.ts';
import { readAnswer, showStep } from './steps.ts';

/**
 * Asks for the host name of one instance.
 *
 * @returns undefined when the person backed out
 */
export async function askHostName(
  title: string,
  parseHost: (input: string) => InstanceHost,
): Promise<InstanceHost | undefined> {
  const box = vscode.window.createInputBox();
  box.title = title;
  box.placeholder = 'contoso.api.wcus.digitaltwins.azure.net';
  box.prompt = 'Host name of the instance, as its overview page in the Azure portal shows it.';
  const read = (): InstanceHost | undefined => readAnswer(box, parseHost);
  box.onDidChangeValue(() => {
    // An unfinished name is not wrong yet: what is typed is judged on Enter, and from then on while it is mended.
    if (box.validationMessage !== undefined) {
      read();
    }
  });
  const result = await showStep(box, { step: 1, totalSteps: 1 }, read);
  return result.kind === 'value' ? result.value : undefined;
}
