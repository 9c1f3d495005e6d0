import { arch, platform, release } from 'node:os';
import * as vscode from 'vscode';
import type { Versions } from '../jobs/diagnostics.ts';

/** What runs here, for a support ticket. Nothing of it names the person or the machine. */
export function versionsOf(extension: vscode.Extension<unknown>): Versions {
  const { version } = extension.packageJSON as { version: string };
  const place = vscode.env.remoteName === undefined ? 'local' : 'remote';
  return [
    [extension.id, version],
    [vscode.env.appName, `${vscode.version}, ${vscode.env.uiKind === vscode.UIKind.Web ? 'web' : 'desktop'}, ${place}`],
    ['Node.js', process.version],
    ['System', `${platform()} ${release()} ${arch()}`],
  ];
}
