import { expect } from '@playwright/test';
import type { Simulator } from '../simulator/simulator.ts';
import type { Workbench } from './workbench.ts';

/** The palette's title of the command that everything is about. */
export const startCommand = 'Azure Digital Twins: Start Deletion Job…';

/** Opens the window and signs in, as a person does who means to do more. */
export async function openSignedIn(workbench: Workbench): Promise<void> {
  await workbench.open();
  await workbench.openView();
  await workbench.runCommand('Azure Digital Twins: Sign In');
  await workbench.allowSignIn();
  await workbench.closeNotification(workbench.notification(/^Signed in as /));
}

/** An instance as a person knows it: by what is to be typed. A simulator is one, and so is `{ address: hostName }`. */
type Addressed = Pick<Simulator, 'address'>;

/** Adds the instance to the list. */
export async function addInstance(workbench: Workbench, instance: Addressed): Promise<void> {
  await workbench.runCommand('Azure Digital Twins: Add Instance…');
  await workbench.typeInQuickInput(instance.address);
  await workbench.accept();
  await expect(workbench.row(nameOf(instance))).toBeVisible();
}

/** Walks through the three steps up to the confirmation, which is left to the caller. */
export async function goToConfirmation(workbench: Workbench, instance: Addressed, timeout = ''): Promise<void> {
  await workbench.runCommand(startCommand);
  await expect(workbench.quickInputTitle).toContainText('Instance (1/3)');
  await workbench.typeInQuickInput(instance.address);
  await workbench.accept();
  await expect(workbench.quickInputTitle).toContainText('Timeout (2/3)');
  await workbench.typeInQuickInput(timeout);
  await workbench.accept();
  await expect(workbench.quickInputTitle).toContainText('Confirmation (3/3)');
}

/** Starts a job by the three steps. */
export async function startJob(workbench: Workbench, instance: Addressed, timeout = ''): Promise<void> {
  await goToConfirmation(workbench, instance, timeout);
  await workbench.typeInQuickInput(nameOf(instance));
  await workbench.accept();
}

/** The requests that ask for a start. */
export function starts(simulator: Simulator): Simulator['requests'] {
  return simulator.requests.filter(({ method, path }) => method === 'POST' && path === '/jobs/deletions');
}

/** The name that a row shows and that confirms a deletion. */
function nameOf({ address }: Addressed): string {
  return /^[^.:]+/.exec(address)?.[0] ?? address;
}
