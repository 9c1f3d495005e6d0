import type { InstanceHost } from '../service/instanceHost.ts';
import type { Clock } from '../service/clock.ts';
import { checkTimeoutInMinutes } from '../service/timeoutInMinutes.ts';
import { TraceContext } from '../service/traceContext.ts';
import { wholeContents } from './contents.ts';
import type { JobStart } from './deletionJob.ts';
import type { Lock, Locks } from './locks.ts';
import type { RecordFile, StartRecord } from './recordFile.ts';

/** The service forgets a job after about 30 days; what is remembered of its start is of no use much longer. */
const keepForMs = 30 * 24 * 60 * 60 * 1000;

/** What is remembered of one start. */
export interface RememberedStart {
  readonly trace: TraceContext;
  readonly start: JobStart;
}

/** The jobs that this extension started: their trace and timeout, which the service does not tell. */
export class StartedJobs {
  readonly #records: RecordFile;
  readonly #locks: Locks;
  readonly #clock: Clock;

  constructor(records: RecordFile, locks: Locks, clock: Clock) {
    this.#records = records;
    this.#locks = locks;
    this.#clock = clock;
  }

  /**
   * Takes the right to start a job on an instance, which one window has at a time.
   *
   * @returns undefined when another start is under way, in this window or another
   * @throws the file system's error when nothing can be locked
   */
  tryBegin(host: InstanceHost): Promise<Lock | undefined> {
    return this.#locks.tryTake(`${host.hostname}.start`);
  }

  /**
   * The starts on one instance that have been sent and whose end the person was not told, by job id.
   *
   * @returns undefined while a start is under way in any window, or its window has just died: what became of it is not
   *   to be asked yet
   */
  async openOn(host: InstanceHost): Promise<ReadonlyMap<string, RememberedStart> | undefined> {
    const lock = await this.tryBegin(host).catch(() => 'none' as const);
    if (lock === undefined) {
      return undefined;
    }
    try {
      const starts = await this.startsOn(host);
      return new Map([...starts].filter(([, { start }]) => !start.isEndTold));
    } finally {
      if (lock !== 'none') {
        await lock.release();
      }
    }
  }

  /** What is remembered of the starts on one instance, by job id. */
  async startsOn(host: InstanceHost): Promise<ReadonlyMap<string, RememberedStart>> {
    const starts = await this.#kept();
    return new Map(starts.filter((record) => record.hostname === host.hostname).flatMap(remembered));
  }

  /**
   * Writes a start down; to be done before it is sent, so that no started job is a stranger after a crash. What is
   * remembered of an earlier start with the same id stays.
   *
   * @param check is given the ids of the other starts on the instance; what it throws keeps this one from being written
   * @returns whether there was none
   */
  async remember(
    host: InstanceHost,
    id: string,
    { trace, start }: RememberedStart,
    check: (others: readonly string[]) => void = () => undefined,
  ): Promise<boolean> {
    const record: StartRecord = {
      hostname: host.hostname,
      id,
      startedAt: start.startedAt,
      traceparent: trace.traceparent,
      ...(trace.tracestate === undefined ? {} : { tracestate: trace.tracestate }),
      ...(start.timeoutInMinutes === undefined ? {} : { timeoutInMinutes: start.timeoutInMinutes }),
      ...(start.before && { before: start.before }),
    };
    const { starts } = await this.#records.change((records) => {
      check(records.starts.filter(({ hostname }) => hostname === host.hostname).map((old) => old.id));
      return records.starts.some((old) => matches(old, host, id))
        ? records
        : { ...records, starts: [...records.starts.filter((old) => this.#isKept(old)), record] };
    });
    return starts.includes(record);
  }

  /** The host names of the instances with starts whose end the person was not told. */
  async hostnamesWithOpenStarts(): Promise<ReadonlySet<string>> {
    const starts = await this.#kept();
    return new Set(starts.filter(({ isEndTold }) => isEndTold !== true).map(({ hostname }) => hostname));
  }

  /**
   * Writes down that the person is told how the job ended, so that no other window and no restart tells it again.
   *
   * @returns whether it was not told before: whoever is answered so has to tell it
   */
  async claimEnd(host: InstanceHost, id: string): Promise<boolean> {
    let isFirst = true;
    await this.#records.change((records) => {
      const record = records.starts.find((each) => matches(each, host, id));
      isFirst = record?.isEndTold !== true;
      return record && isFirst
        ? { ...records, starts: records.starts.map((each) => (each === record ? { ...each, isEndTold: true } : each)) }
        : records;
    });
    return isFirst;
  }

  /** Takes back that an end was told: the job was given up too early and goes on. */
  async reopen(host: InstanceHost, id: string): Promise<void> {
    await this.#records.change((records) =>
      records.starts.some((record) => matches(record, host, id) && record.isEndTold)
        ? {
            ...records,
            starts: records.starts.map((record) =>
              matches(record, host, id) ? { ...record, isEndTold: false } : record,
            ),
          }
        : records,
    );
  }

  /** Strikes out a start that was refused. */
  async forget(host: InstanceHost, id: string): Promise<void> {
    await this.#records.change((records) => ({
      ...records,
      starts: records.starts.filter((record) => !matches(record, host, id)),
    }));
  }

  async #kept(): Promise<StartRecord[]> {
    return (await this.#records.read()).starts.filter((record) => this.#isKept(record));
  }

  #isKept({ startedAt }: StartRecord): boolean {
    return this.#clock.now() - startedAt < keepForMs;
  }
}

function matches(record: StartRecord, host: InstanceHost, id: string): boolean {
  return record.hostname === host.hostname && record.id === id;
}

function remembered(record: StartRecord): [string, RememberedStart][] {
  try {
    const timeoutInMinutes =
      record.timeoutInMinutes === undefined ? undefined : checkTimeoutInMinutes(record.timeoutInMinutes);
    return [
      [
        record.id,
        {
          trace: TraceContext.parse(record.traceparent, record.tracestate),
          start: {
            startedAt: record.startedAt,
            timeoutInMinutes,
            isEndTold: record.isEndTold ?? false,
            before: record.before && wholeContents(record.before),
          },
        },
      ],
    ];
  } catch {
    // Edited by hand into something that no start can have had: the job is shown as one started elsewhere.
    return [];
  }
}
