import type { Locator } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { addInstance, openSignedIn } from './journeys.ts';
import type { Workbench } from './workbench.ts';

/** A heading of the page, which VS Code renders in a frame within a frame. */
function heading({ page }: Workbench, name: string): Locator {
  const preview = page.locator('iframe.webview.ready').last().contentFrame().frameLocator('iframe#active-frame');
  return preview.getByRole('heading', { name, exact: true });
}

/** Waits until the page has been scrolled so that it begins with this heading. */
async function expectAtTop(workbench: Workbench, name: string): Promise<void> {
  const editor = await workbench.page.locator('.part.editor').boundingBox();
  await expect
    .poll(async () => ((await heading(workbench, name).boundingBox())?.y ?? Infinity) - (editor?.y ?? 0))
    .toBeLessThan(120);
  await expect(heading(workbench, name)).toBeInViewport();
}

test('A message opens the troubleshooting page at its section, and the next message at another', async ({
  workbench,
  account,
}) => {
  await account.behave({ failure: 'AADSTS50020: User account does not exist in tenant.' });
  await workbench.open();
  await workbench.runCommand('Azure Digital Twins: Sign In');
  const refused = workbench.notification(/The account does not exist in the tenant/);
  await expect(refused).toContainText('(AADSTS50020)');
  await workbench.pressNotificationButton(refused, 'Learn More');
  await expectAtTop(workbench, 'Tenants');
  await workbench.screenshot('troubleshooting');

  await account.behave({ failure: "Timed out waiting for authentication provider 'microsoft' to register." });
  await workbench.runCommand('Azure Digital Twins: Sign In');
  await workbench.pressNotificationButton(workbench.notification(/did not start in time/), 'Learn More');
  await expectAtTop(workbench, 'Broker');
});

test('A problem in the tree and the palette open the page', async ({ workbench, simulator }) => {
  simulator.access = { role: 'none' };
  await openSignedIn(workbench);
  await addInstance(workbench, simulator);
  await workbench.pressRowButton(workbench.row('403 Forbidden'), 'Open Troubleshooting Page');
  await expectAtTop(workbench, 'Roles');

  await workbench.runCommand('View: Close All Editors');
  await workbench.runCommand('Azure Digital Twins: Open Troubleshooting Page');
  await expectAtTop(workbench, 'Troubleshooting sign-in and connections');
});
