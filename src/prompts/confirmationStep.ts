import * as vscode from 'vscode';
import type { InstanceHost } from '../service/instanceHost.ts';
import { keepInput, type StepPosition, type StepResult } from './steps.ts';

/** Milliseconds between two renewals of a text that tells an age. */
const renewalInMs = 5000;

/** What is asked for. */
export interface ConfirmationQuestion {
  readonly title: string;
  readonly host: InstanceHost;
  /** What it is consent to; asked for again now and then, for it tells ages. */
  readonly text: () => string;
  readonly position: StepPosition;
  /** Whether the name has to be typed; Enter alone is enough where nothing can be lost. */
  readonly takes?: 'name' | 'enter';
}

/** A way out of a confirmation that neither confirms nor leaves: a button of the input box. */
export interface OtherWay<T> {
  readonly button: vscode.QuickInputButton;
  readonly value: T;
}

/**
 * Takes the instance's name as the only consent.
 *
 * @param others the buttons there are besides, and what pressing each of them answers
 */
export function askName<T = never>(
  { title, host, text, position, takes = 'name' }: ConfirmationQuestion,
  others: readonly OtherWay<T>[] = [],
): Promise<StepResult<true | T>> {
  const box = vscode.window.createInputBox();
  const isNeeded = takes === 'name';
  box.title = title;
  box.placeholder = isNeeded ? host.name : 'Nothing needs to be typed';
  box.prompt = text();
  const renewal = setInterval(() => {
    box.prompt = text();
  }, renewalInMs);
  const matches = (): boolean => (isNeeded ? box.value === host.name : box.value === '' || box.value === host.name);
  box.onDidChangeValue(() => {
    // Wrong already, or only not complete yet?
    box.validationMessage = host.name.startsWith(box.value) ? undefined : mismatch(host);
  });
  const buttons = others.map(({ button }) => button);
  return keepInput<true | T>(
    box,
    position,
    ({ resolve }) => {
      box.onDidAccept(() => {
        box.validationMessage = matches() ? undefined : mismatch(host);
        if (matches()) {
          resolve({ kind: 'value', value: true });
        }
      });
      box.onDidTriggerButton((pressed) => {
        const other = others.find(({ button }) => button === pressed);
        if (other) {
          resolve({ kind: 'value', value: other.value });
        }
      });
    },
    buttons,
  ).finally(() => {
    clearInterval(renewal);
  });
}

function mismatch(host: InstanceHost): string {
  return `This is not the instance's name. Type exactly ${host.name}, for ${host.hostname}, or press Escape.`;
}
