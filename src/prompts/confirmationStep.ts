import * as vscode from 'vscode';
import type { InstanceHost } from '../service/instanceHost.ts';
import { timeoutLimits, type TimeoutInMinutes } from '../service/timeoutInMinutes.ts';
import { showStep, type StepPosition, type StepResult } from './steps.ts';

/** Says what a deletion job does and takes the instance's name as the only consent. */
export function askConfirmation(
  title: string,
  host: InstanceHost,
  timeoutInMinutes: TimeoutInMinutes | undefined,
  position: StepPosition,
): Promise<StepResult<true>> {
  const box = vscode.window.createInputBox();
  box.title = title;
  box.placeholder = host.name;
  box.prompt =
    `All models, twins and relationships of ${host.hostname} will be deleted. This cannot be cancelled or undone. ` +
    `A timeout (after ${timeoutInMinutes ?? timeoutLimits.serviceDefault} minutes) leaves the instance in an unknown ` +
    `state. Type ${host.name} to start.`;
  const matches = (): boolean => box.value === host.name;
  box.onDidChangeValue(() => {
    // Wrong already, or only not complete yet?
    box.validationMessage = host.name.startsWith(box.value) ? undefined : mismatch(host);
  });
  return showStep(box, position, () => {
    box.validationMessage = matches() ? undefined : mismatch(host);
    return matches() ? true : undefined;
  });
}

function mismatch(host: InstanceHost): string {
  return `This is not the instance's name. Type exactly ${host.name} to delete all of ${host.hostname}, or press Escape.`;
}
