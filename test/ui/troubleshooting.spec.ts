import type { Locator } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { addInstance, openSignedIn } from './journeys.ts';
import type { Workbench } from './workbench.ts';

/** A heading of the page, which VS Code renders in a frame within a frame. */
function heading({ page }: Workbench, name: string): Locator {
  const preview = page.locator('iframe.webview.ready').last().contentFrame().frameLocator('iframe#active-frame');
  return preview.getByRole('heading', { name, exact: true });
}

const title = 'Troubleshooting sign-in and connections';

/**
 * Waits until the page has been scrolled to this heading, or on the way there: VS Code scrolls once, before all is laid
 * out, and may stop a screen above it.
 */
async function expectScrolledTo(workbench: Workbench, name: string): Promise<void> {
  await expect(heading(workbench, name)).toBeAttached();
  await expect(heading(workbench, title)).not.toBeInViewport();
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
  await expectScrolledTo(workbench, 'Tenants');
  await workbench.screenshot('troubleshooting');

  await account.behave({ failure: "Timed out waiting for authentication provider 'microsoft' to register." });
  await workbench.runCommand('Azure Digital Twins: Sign In');
  await workbench.pressNotificationButton(workbench.notification(/did not start in time/), 'Learn More');
  await expectScrolledTo(workbench, 'Broker');
});

test('A problem in the tree and the palette open the page', async ({ workbench, simulator }) => {
  simulator.access = { role: 'none' };
  await openSignedIn(workbench);
  await addInstance(workbench, simulator);
  await workbench.pressRowButton(workbench.row('403 Forbidden'), 'Open Troubleshooting Page');
  await expectScrolledTo(workbench, 'Roles');

  await workbench.runCommand('View: Close All Editors');
  await workbench.runCommand('Azure Digital Twins: Open Troubleshooting Page');
  await expect(heading(workbench, title)).toBeInViewport();
});
