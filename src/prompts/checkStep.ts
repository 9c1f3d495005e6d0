import * as vscode from 'vscode';
import { keepInput, type StepPosition, type StepResult } from './steps.ts';

/** Shows that an instance is being looked at, until that is done or the person backs out. */
export function showChecking<T>(title: string, position: StepPosition, look: Promise<T>): Promise<StepResult<T>> {
  const box = vscode.window.createInputBox();
  box.title = title;
  box.prompt = 'Counting models, twins and relationships, and looking for active jobs. Nothing is changed.';
  box.enabled = false;
  box.busy = true;
  return keepInput(box, position, ({ resolve, reject }) => {
    look.then((value) => {
      resolve({ kind: 'value', value });
    }, reject);
  });
}
