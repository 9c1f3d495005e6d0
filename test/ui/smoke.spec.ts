import { expect, test } from './fixtures.ts';

test('The packed extension shows its view and its log', async ({ workbench }) => {
  await workbench.open();
  await workbench.openView();
  await expect(workbench.view).toContainText('Add the instances that you maintain');
  await workbench.openOutput();
});

test('A person allows the extension to sign in, and chooses the account anew by signing in again', async ({
  workbench,
  account,
}) => {
  await workbench.open();
  await workbench.runCommand('Azure Digital Twins: Sign In');
  await workbench.allowSignIn();
  await expect(workbench.notification('Signed in as operator@contoso.com')).toBeVisible();

  await workbench.reload();
  await workbench.runCommand('Azure Digital Twins: Sign In');
  await workbench.allowSignIn();
  await workbench.pick('operator@contoso.com');
  await expect(workbench.notification('Signed in as operator@contoso.com')).toBeVisible();
  expect((await account.calls()).filter(({ name }) => name === 'createSession')).toHaveLength(1);
});

test('A person who declines in the browser stays signed out', async ({ workbench, account }) => {
  await account.behave({ decline: true });
  await workbench.open();
  await workbench.runCommand('Azure Digital Twins: Sign In');
  await workbench.allowSignIn();
  await expect.poll(async () => (await account.calls()).map(({ name }) => name)).toContain('createSession');
  await expect(workbench.notification('Signed in')).toBeHidden();
});
