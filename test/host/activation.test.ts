import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';

describe('The extension in the extension host', () => {
  const extension = vscode.extensions.getExtension('digitaltwins-tools.digital-twins-maintenance');

  it('is found and activates', async () => {
    assert.ok(extension);
    await extension.activate();
    assert.equal(extension.isActive, true);
  });
});
