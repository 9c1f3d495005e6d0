import * as vscode from 'vscode';
import type { InstanceHost } from '../service/instanceHost.ts';
import { showStep, type StepPosition, type StepResult } from './steps.ts';

/** Milliseconds between two renewals of a text that tells an age. */
const renewalInMs = 5000;

/**
 * Takes the instance's name as the only consent.
 *
 * @param text what it is consent to; asked for again now and then, for it tells ages
 */
export function askName(
  title: string,
  host: InstanceHost,
  text: () => string,
  position: StepPosition,
): Promise<StepResult<true>> {
  const box = vscode.window.createInputBox();
  box.title = title;
  box.placeholder = host.name;
  box.prompt = text();
  const renewal = setInterval(() => {
    box.prompt = text();
  }, renewalInMs);
  const matches = (): boolean => box.value === host.name;
  box.onDidChangeValue(() => {
    // Wrong already, or only not complete yet?
    box.validationMessage = host.name.startsWith(box.value) ? undefined : mismatch(host);
  });
  return showStep(box, position, () => {
    box.validationMessage = matches() ? undefined : mismatch(host);
    return matches() ? true : undefined;
  }).finally(() => {
    clearInterval(renewal);
  });
}

function mismatch(host: InstanceHost): string {
  return `This is not the instance's name. Type exactly ${host.name}, for ${host.hostname}, or press Escape.`;
}
