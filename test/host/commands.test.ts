import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { InvalidInputError } from '../../src/service/errors.ts';
import { defaultTimeoutInMinutes, parseHost } from '../../src/settings.ts';
import { TestAccount } from '../vscode/account/testAccount.ts';

const extensionId = 'digitaltwins-tools.digital-twins-maintenance';
const address = process.env['SIMULATOR_ADDRESS'] ?? 'localhost';

interface Manifest {
  contributes: {
    commands: { command: string }[];
    menus: { commandPalette: { command: string; when: string }[] };
    configuration: { properties: Record<string, unknown> };
  };
}

describe('The commands', () => {
  const manifest = extensionManifest();

  before(async () => {
    await vscode.extensions.getExtension(extensionId)?.activate();
  });

  it('of the manifest are all registered, and no others', async () => {
    const registered = (await vscode.commands.getCommands(true)).filter((id) => /^digitalTwins\.[^.]+$/.test(id));
    const contributed = manifest.contributes.commands.map(({ command }) => command);
    // A view brings commands of its own, under its id.
    assert.deepEqual(registered.sort(), contributed.sort());
  });

  it('that need a row are not in the palette', () => {
    assert.deepEqual(manifest.contributes.menus.commandPalette, [
      { command: 'digitalTwins.removeInstance', when: 'false' },
      { command: 'digitalTwins.copyJobId', when: 'false' },
      { command: 'digitalTwins.copyTraceparent', when: 'false' },
      { command: 'digitalTwins.refreshInstance', when: 'false' },
      { command: 'digitalTwins.showMoreJobs', when: 'false' },
      { command: 'digitalTwins.revealJob', when: 'false' },
    ]);
  });

  // Before it asks anything, the command looks for an account: whether it does shows what it thinks of its arguments.
  const account = new TestAccount(process.env['TEST_ACCOUNT_FOLDER'] ?? '');
  const start = async (argument: unknown): Promise<{ result: unknown; asked: boolean }> => {
    const earlier = (await account.calls()).length;
    const result = await vscode.commands.executeCommand('digitalTwins.startDeletionJob', argument);
    return { result, asked: (await account.calls()).length > earlier };
  };

  it('take what the documentation says, and sign in before anything else', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const given = { hostname: address, timeoutInMinutes: 60, operationId: 'job-1', traceparent, tracestate: 'a=1' };
    // In this mode VS Code itself refuses the consent.
    assert.deepEqual(await start(given), { result: undefined, asked: true });
  });

  for (const argument of [
    { hostname: 'evil.com' },
    { hostname: address, timeoutInMinutes: 14 },
    { hostname: address, timeoutInMinutes: '60' },
    { hostname: address, timeoutInMinutes: null },
    { hostname: address, operationId: 'a/b' },
    { hostname: address, tracestate: 'nonsense' },
    { hostname: address, traceparent: '00-1-2-3' },
    { hostname: address, timeout: 60 },
    'text',
  ]) {
    it(`refuse to start a job with ${JSON.stringify(argument)}`, async () => {
      assert.deepEqual(await start(argument), { result: undefined, asked: false });
    });
  }
});

describe('The settings', () => {
  const settings = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('digitalTwins');
  const allowed = settings().get<string[]>('additionalHosts');

  after(async () => {
    await settings().update('additionalHosts', allowed, vscode.ConfigurationTarget.Global);
    await settings().update('defaultTimeoutInMinutes', undefined, vscode.ConfigurationTarget.Global);
  });

  it('admit additional hosts, from one moment to the next', async () => {
    assert.equal(parseHost(address).hostname, address);
    await settings().update('additionalHosts', ['localhost:1'], vscode.ConfigurationTarget.Global);
    assert.throws(() => parseHost(address), InvalidInputError);
    assert.equal(parseHost('localhost:1').hostname, 'localhost:1');
  });

  it('can not admit a host by a workspace', () => {
    const { scope } = (extensionManifest().contributes.configuration.properties['digitalTwins.additionalHosts'] ??
      {}) as {
      scope?: string;
    };
    assert.equal(scope, 'application');
  });

  it('suggest a timeout', async () => {
    assert.equal(defaultTimeoutInMinutes(), undefined);
    await settings().update('defaultTimeoutInMinutes', 90, vscode.ConfigurationTarget.Global);
    assert.equal(defaultTimeoutInMinutes(), 90);
  });
});

function extensionManifest(): Manifest {
  return vscode.extensions.getExtension(extensionId)?.packageJSON as Manifest;
}
