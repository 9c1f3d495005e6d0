import * as vscode from 'vscode';
import { rememberAccounts } from './authentication/accountMemory.ts';
import { composeSignIn } from './authentication/composeSignIn.ts';
import { SignInWatch } from './authentication/signInWatch.ts';
import { registerCommands } from './commands/registerCommands.ts';
import { InstanceFinder } from './instances/instanceFinder.ts';
import { composeJobs, type Jobs } from './jobs/composeJobs.ts';
import { FileLocks } from './jobs/locks.ts';
import { SharedRequestTurns } from './jobs/requestTurns.ts';
import { systemClock as clock } from './service/clock.ts';
import { FailureJournal } from './service/failureJournal.ts';
import { logFailure } from './service/logFailure.ts';
import { systemRandomHex as randomHex } from './service/random.ts';
import { ResourceManager } from './service/resourceManager.ts';
import * as settings from './settings.ts';
import { composeViews } from './views/composeViews.ts';
import { reportFailure } from './views/failureMessage.ts';
import { showSetAside } from './views/setAsideMessage.ts';
import { StorageWatch } from './views/storageWatch.ts';
import { versionsOf } from './views/versions.ts';
import { WindowPresence } from './views/windowPresence.ts';

/** Builds the parts and connects them. Awaits nothing and asks nothing of the network. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Azure Digital Twins', { log: true });
  const report = (error: unknown): void => {
    reportFailure(log, error);
  };

  // The ways to the service, whose requests all windows pace together
  const { authentication } = vscode;
  const identityOf: Jobs['instances']['identityOf'] = (host) => jobs.instances.identityOf(host);
  const signIn = composeSignIn({ authentication, identityOf, settings, clock, log });
  const folder = context.globalStorageUri.fsPath;
  const locks = new FileLocks(vscode.Uri.joinPath(context.globalStorageUri, 'locks').fsPath, log);
  const failures = new FailureJournal();
  const turns = new SharedRequestTurns(locks, clock, log);
  const { name, version } = context.extension.packageJSON as { name: string; version: string };
  const ways = { credentialOf: signIn.credentialOf, clock, randomHex, log, failures, turns };
  const transport = { ...ways, userAgent: `${name}/${version}` };
  const finder = new InstanceFinder({ ...signIn, ...settings, resourceManager: new ResourceManager(transport), log });

  // What a job is to a person
  const presence = new WindowPresence(clock);
  const isWindowThere = (): Promise<boolean> => presence.isThere();
  const jobs = composeJobs({ transport, folder, locks, isWindowThere, settings, setAside: showSetAside });
  const { store, instances, list, watcher, shared } = jobs;
  rememberAccounts(store, instances, signIn.credentials, (error) => {
    logFailure(log, error);
  });
  const views = composeViews(jobs, clock, report);

  const loadInstances = (): Promise<void> => instances.load().catch(report);
  const ready = loadInstances();
  store.on('instances', () => void list.resume().catch(report));
  const about = { versions: versionsOf(context.extension), extensionUri: context.extensionUri };
  const parts = { ...ways, ...settings, ...signIn, ...jobs, ...views, ...about, finder, ready };
  context.subscriptions.push(
    log,
    watcher,
    locks,
    views,
    registerCommands(parts),
    new StorageWatch(context.globalStorageUri, loadInstances, (file) => shared.fileChanged(file)),
    new SignInWatch(authentication, () => {
      finder.outdate();
      watcher.lookNow();
      list.recheckSignIn((host) => identityOf(host).credential === 'vscode').catch(report);
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(settings.settingsSection)) {
        finder.outdate();
        const isAboutSignIn = settings.signInSettings.some((name) => change.affectsConfiguration(name));
        void loadInstances().then(() => (isAboutSignIn ? list.refreshAllAnew() : undefined));
      }
    }),
  );
}
