import * as vscode from 'vscode';

/**
 * Tells when another window has written what all windows share. Windows that watch a job look for themselves now and
 * then too, so an event that a file system swallows delays what is shown and no more.
 */
export class StorageWatch implements vscode.Disposable {
  readonly #disposable: vscode.Disposable;

  /**
   * @param storage the folder that all windows share
   * @param recordsChanged is called when the list of instances or starts has changed, also by this window
   * @param jobsChanged is called with the name of the file of an instance's jobs that has changed, likewise
   */
  constructor(storage: vscode.Uri, recordsChanged: () => unknown, jobsChanged: (file: string) => unknown) {
    const records = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(storage, 'records.json'));
    const jobs = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.joinPath(storage, 'jobs'), '*.json'),
    );
    const toldOfJobs = (uri: vscode.Uri): void => {
      jobsChanged(uri.path.slice(uri.path.lastIndexOf('/') + 1));
    };
    this.#disposable = vscode.Disposable.from(
      records,
      records.onDidCreate(recordsChanged),
      records.onDidChange(recordsChanged),
      jobs,
      jobs.onDidCreate(toldOfJobs),
      jobs.onDidChange(toldOfJobs),
    );
  }

  dispose(): void {
    this.#disposable.dispose();
  }
}
