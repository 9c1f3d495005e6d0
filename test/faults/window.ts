import type { HttpClient, PipelineRequest } from '@azure/core-rest-pipeline';
import { composeSignIn } from '../../src/authentication/composeSignIn.ts';
import type { Credentials } from '../../src/authentication/credentials.ts';
import { Backup, type BackupRequest } from '../../src/backup/backup.ts';
import { backupFailure, restoreFailure } from '../../src/backup/transferFailure.ts';
import { readManifest } from '../../src/backup/manifest.ts';
import type { OpenFile } from '../../src/backup/partialFile.ts';
import { Restore } from '../../src/backup/restore.ts';
import { TransferProgress } from '../../src/backup/transferProgress.ts';
import { validate } from '../../src/backup/validation.ts';
import { backupEndText, inTheWayText, restoreEndText, validationText } from '../../src/backup/transferText.ts';
import { composeJobs, type Jobs } from '../../src/jobs/composeJobs.ts';
import { endActionTitles, endMessage, timeoutWarning } from '../../src/jobs/endText.ts';
import { causeOf, failureMessage } from '../../src/jobs/failureText.ts';
import { learnMore, remedyTitles } from '../../src/jobs/remedies.ts';
import { hasUntoldEnd, isActive } from '../../src/jobs/deletionJob.ts';
import { StartFailedError } from '../../src/jobs/jobStarter.ts';
import type { Preflight } from '../../src/jobs/preflight.ts';
import { activeJobText, confirmationText } from '../../src/jobs/preflightText.ts';
import { SharedRequestTurns } from '../../src/jobs/requestTurns.ts';
import { setAsideText } from '../../src/jobs/setAsideText.ts';
import { statusText } from '../../src/jobs/jobText.ts';
import type { Clock } from '../../src/service/clock.ts';
import { SignInRequiredError } from '../../src/service/errors.ts';
import { explain } from '../../src/service/explain.ts';
import { FailureJournal } from '../../src/service/failureJournal.ts';
import { clouds } from '../../src/service/cloud.ts';
import type { Identity } from '../../src/service/identity.ts';
import { InstanceHost } from '../../src/service/instanceHost.ts';
import { logFailure } from '../../src/service/logFailure.ts';
import { newOperationId, parseOperationId } from '../../src/service/operationId.ts';
import { systemRandomHex as randomHex } from '../../src/service/random.ts';
import { checkTimeoutInMinutes } from '../../src/service/timeoutInMinutes.ts';
import { TraceContext } from '../../src/service/traceContext.ts';
import type { Transport } from '../../src/service/transport.ts';
import { CollectedLog } from '../support/collectedLog.ts';
import type { MemoryLocks } from '../support/memoryLocks.ts';
import type { Sessions } from './sessions.ts';

/** A message that a person was shown. */
export interface Told {
  readonly text: string;
  readonly buttons: readonly string[];
}

/** What windows of one machine share, and where what they show is collected. */
export interface Machine {
  readonly host: InstanceHost;
  readonly folder: string;
  readonly locks: MemoryLocks;
  readonly clock: Clock;
  readonly wire: HttpClient;
  readonly sessions: Sessions;
  readonly protectedHosts: readonly string[];
  /** Messages, oldest first. */
  readonly told: Told[];
  /** What a person was asked to confirm. */
  readonly confirmations: string[];
  /** What rows of the tree said that is no plain status, each once. */
  readonly tree: Set<string>;
}

/** What a command can be told. */
export interface StartOptions {
  readonly timeoutInMinutes?: number;
  /** Given by code that calls the command; made up when absent. */
  readonly operationId?: string;
}

const never = new Promise<never>(() => undefined);

/**
 * One window of VS Code: the jobs layer composed as `src/extension.ts` does it, and the commands played as those of
 * `src/commands` go. All that a person would be shown is collected.
 */
export class Window {
  readonly jobs: Jobs;
  readonly log = new CollectedLog();
  readonly failures = new FailureJournal();
  readonly locks: MemoryLocks;
  readonly #machine: Machine;
  readonly #credentials: Credentials;
  readonly #refreshes = new Set<Promise<void>>();
  #isDead = false;
  /** Runs right before a start is put on the wire. */
  beforeSending: (() => unknown) | undefined;
  /** Runs when the answer to a start has come, before anybody has seen it. */
  afterAnswer: (() => unknown) | undefined;

  constructor(machine: Machine) {
    const { folder, clock: time, host, sessions, protectedHosts, tree } = machine;
    this.#machine = machine;
    this.locks = machine.locks.window();
    // With the process its timers end; a promise that is never settled is as good as that.
    const clock: Clock = {
      now: () => time.now(),
      delay: (milliseconds, signal) =>
        this.#isDead
          ? never
          : time.delay(milliseconds, signal).then(
              () => (this.#isDead ? never : undefined),
              (error: unknown) => (this.#isDead ? never : Promise.reject(error as Error)),
            ),
    };
    const { log, failures, locks } = this;
    const turns = new SharedRequestTurns(locks, clock, log);
    const identity: Identity = { credential: 'vscode' };
    const settings = { cloud: () => clouds.AzurePublic, identity: () => identity, clientId: () => undefined };
    const { credentials, credentialOf } = composeSignIn({
      authentication: sessions.authentication,
      identityOf: (of) => this.jobs.instances.identityOf(of),
      ...{ settings, clock, log },
    });
    this.#credentials = credentials;
    const ways = { credentialOf, clock, randomHex, log, failures, turns };
    const transport: Transport = {
      ...ways,
      userAgent: 'digital-twins-maintenance/0.0.0',
      httpClient: { sendRequest: (request) => this.#send(request) },
      // The library waits by the machine's time.
      retryDelayInMs: 20,
    };
    this.jobs = composeJobs({
      transport,
      folder,
      locks,
      isWindowThere: () => Promise.resolve(true),
      settings: {
        parseHost: (hostname) => InstanceHost.parse(hostname, [host.hostname]),
        protectedHosts: () => protectedHosts,
        trackRemaining: () => true,
        identity: () => identity,
      },
      setAside: (aside, kept) => {
        this.#tell(setAsideText(aside, kept), [remedyTitles.showLog]);
      },
    });
    const { watcher, tracker, store } = this.jobs;
    watcher.on('ended', (job) => {
      const { text, actions } = endMessage(job, clock.now());
      this.#tell(
        text,
        actions.map((action) => endActionTitles[action]),
      );
    });
    tracker.on('timeoutExpected', (job) => {
      this.#tell(timeoutWarning(job, clock.now()), [endActionTitles.showJob]);
    });
    store.on('job', (job) => {
      if (job.problem) {
        tree.add(`no news: ${job.problem.short}`);
      }
      if (['other', 'unconfirmed', 'forgotten', 'absent'].includes(job.state.status)) {
        tree.add(statusText(job));
      }
    });
    store.on('instance', (of) => {
      const list = store.instance(of)?.list;
      if (list?.kind === 'failed') {
        tree.add(`jobs not listed: ${explain(list.error).short}`);
      }
    });
  }

  /** Does what activation does. */
  async open(): Promise<void> {
    const { instances, list } = this.jobs;
    const report = (error: unknown): void => {
      this.#report(error);
    };
    await instances.load().catch(report);
    await list.resume().catch(report);
  }

  /** Ends this window as a crash does: from now on it does nothing more, and keeps the locks that it has. */
  die(): void {
    this.#isDead = true;
    this.locks.die();
    this.jobs.watcher.dispose();
  }

  get isAlive(): boolean {
    return !this.#isDead;
  }

  /** Whether nothing is left for this window to find out or to tell. */
  get isSettled(): boolean {
    return this.#refreshes.size === 0 && !this.jobs.store.jobs.some((job) => isActive(job) || hasUntoldEnd(job));
  }

  /** The command "Start Deletion Job…" from its beginning to the message at its end. */
  async startDeletionJob(options: StartOptions = {}): Promise<void> {
    await this.#command(async () => {
      const preflight = await this.#lookAndConfirm(options);
      if (preflight) {
        await this.#start(preflight, options);
      }
    });
  }

  /** The command up to its confirmation, as {@link startDeletionJob}. */
  async confirm(options: StartOptions = {}): Promise<Preflight | undefined> {
    let confirmed: Preflight | undefined;
    await this.#command(async () => {
      confirmed = await this.#lookAndConfirm(options);
    });
    return confirmed;
  }

  /** The command from its confirmation on. */
  async startConfirmed(preflight: Preflight | undefined, options: StartOptions = {}): Promise<void> {
    if (preflight) {
      await this.#command(() => this.#start(preflight, options));
    }
  }

  /**
   * The command "Back Up Instance…", to a file that is not there yet.
   *
   * @param open how files are opened; by default as the system does
   */
  async backUp(path: string, open?: OpenFile): Promise<void> {
    await this.#command(async () => {
      const { host, clock } = this.#machine;
      const preflight = await this.#look();
      if (preflight.active) {
        this.#tell(inTheWayText(host, preflight.active, clock.now(), 'backup'), ['Watch It']);
        return;
      }
      const request = { host, target: path, ...this.#transfer('backup') };
      const made = await new Backup({ ...this.#transferParts, ...(open && { open }) })
        .make(request)
        .catch((error: unknown) => {
          throw backupFailure(host, error);
        });
      this.#tell(made ? backupEndText(made, host.name).text : 'Cancelled.', ['Open Manifest', remedyTitles.showLog]);
    });
  }

  /** The command "Restore Backup…", to an instance that is confirmed whatever it holds. */
  async restore(path: string): Promise<void> {
    await this.#command(async () => {
      const { host, clock } = this.#machine;
      const signal = new AbortController().signal;
      const validation = await validate(path, signal);
      const known = await readManifest(path);
      if (validation.errors > 0) {
        this.#tell(validationText(path, validation, known).text, ['Show Problems']);
        return;
      }
      const preflight = await this.#look();
      if (preflight.active) {
        this.#tell(inTheWayText(host, preflight.active, clock.now(), 'restore'), ['Watch It']);
        return;
      }
      const { contents } = validation;
      const { decommissionedModels = [] } = known ?? {};
      const request = { host, file: path, contents, decommissionedModels, ...this.#transfer('restore') };
      const result = await new Restore(this.#transferParts).run(request).catch((error: unknown) => {
        throw restoreFailure(host, error);
      });
      const { text } = restoreEndText(host, path, contents, decommissionedModels.length, result);
      this.#tell(text, [...(result.failuresPath === undefined ? [] : ['Show Failed Items']), remedyTitles.showLog]);
    });
  }

  get #transferParts(): ConstructorParameters<typeof Backup>[0] {
    const { dataPlane, counter, uses } = this.jobs;
    return {
      dataPlane,
      counter,
      uses,
      clock: this.#machine.clock,
      randomHex,
      log: this.log,
      madeBy: 'the fault table',
    };
  }

  /** What backup and restore have in common: nobody cancels, and whoever is asked to sign in does it or not. */
  #transfer(what: 'backup' | 'restore'): Pick<BackupRequest, 'signal' | 'progress' | 'signIn'> {
    const { host, clock } = this.#machine;
    return {
      signal: new AbortController().signal,
      progress: new TransferProgress(clock),
      signIn: async () => {
        this.#tell(`The ${what} of ${host.hostname} waits for you to sign in again.`, ['Sign In', 'Stop']);
        return (await this.#credentials.signInTo(host, { reason: 'To go on.' })) !== undefined;
      },
    };
  }

  /** The command "Sign In", or VS Code's own way to it, and what `SignInWatch` does then. */
  async signIn(): Promise<void> {
    const { watcher, list } = this.jobs;
    await this.#command(async () => {
      await this.#credentials.signIn(clouds.AzurePublic, { credential: 'vscode' }, { reason: 'To go on.' });
    });
    watcher.lookNow();
    await list.recheckSignIn(() => true);
  }

  async #lookAndConfirm({ timeoutInMinutes }: StartOptions): Promise<Preflight | undefined> {
    const { host, clock, confirmations } = this.#machine;
    await this.jobs.instances.refuseProtected(host);
    if (!(await this.#credentials.signInTo(host, { reason: 'To start.' }))) {
      return undefined;
    }
    const preflight = await this.#look();
    if (preflight.active) {
      this.#tell(activeJobText(host, preflight.active, clock.now()), ['Watch It']);
      return undefined;
    }
    const timeout = timeoutInMinutes === undefined ? undefined : checkTimeoutInMinutes(timeoutInMinutes);
    confirmations.push(confirmationText(host, timeout, preflight, clock.now()));
    return preflight;
  }

  async #look(): Promise<Preflight> {
    const { host } = this.#machine;
    try {
      return await this.jobs.preflight.look(host);
    } catch (error) {
      if (
        !(error instanceof SignInRequiredError) ||
        !(await this.#credentials.signInTo(host, { reason: 'To start.' }))
      ) {
        throw error;
      }
      return this.jobs.preflight.look(host);
    }
  }

  async #start(preflight: Preflight, { timeoutInMinutes, operationId }: StartOptions): Promise<void> {
    const { host } = this.#machine;
    try {
      await this.jobs.starter.start({
        host,
        timeoutInMinutes: timeoutInMinutes === undefined ? undefined : checkTimeoutInMinutes(timeoutInMinutes),
        operationId: operationId === undefined ? newOperationId(randomHex) : parseOperationId(operationId),
        trace: TraceContext.begin(randomHex),
        before: preflight.contents,
        knownStarts: preflight.knownStarts,
        isIdNew: operationId === undefined,
      });
    } catch (error) {
      if (error instanceof StartFailedError) {
        const refresh = this.jobs.list.refresh(host).finally(() => this.#refreshes.delete(refresh));
        this.#refreshes.add(refresh);
      }
      throw error;
    }
  }

  /** What `registerCommands` puts around each command. */
  async #command(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      this.#report(error);
    }
  }

  #report(error: unknown): void {
    logFailure(this.log, causeOf(error));
    const { text, remedies, help } = failureMessage(error);
    this.#tell(text, [...remedies.map((remedy) => remedyTitles[remedy]), ...(help ? [learnMore] : [])]);
  }

  #tell(text: string, buttons: readonly string[]): void {
    if (!this.#isDead) {
      this.#machine.told.push({ text, buttons });
    }
  }

  async #send(request: PipelineRequest): ReturnType<HttpClient['sendRequest']> {
    const isStart = request.method === 'POST' && new URL(request.url).pathname === '/jobs/deletions';
    if (isStart) {
      await this.beforeSending?.();
    }
    if (this.#isDead) {
      return never;
    }
    const response = await this.#machine.wire.sendRequest(request);
    if (isStart) {
      await this.afterAnswer?.();
    }
    // A crash may have come meanwhile.
    return this.isAlive ? response : never;
  }
}
