import type { InstanceHost } from '../service/instanceHost.ts';
import type { Clock } from '../service/clock.ts';
import { checkTimeoutInMinutes } from '../service/timeoutInMinutes.ts';
import { TraceContext } from '../service/traceContext.ts';
import type { JobStart } from './deletionJob.ts';
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
  readonly #clock: Clock;
  readonly #underway = new Set<string>();

  constructor(records: RecordFile, clock: Clock) {
    this.#records = records;
    this.#clock = clock;
  }

  /**
   * The starts on one instance that have been sent and whose end the person was not told, by job id. One that is on its
   * way from this window is not among them: its answer will say what became of it.
   */
  async openOn(host: InstanceHost): Promise<ReadonlyMap<string, RememberedStart>> {
    const starts = await this.startsOn(host);
    return new Map([...starts].filter(([id, { start }]) => !start.isEndTold && !this.#underway.has(keyOf(host, id))));
  }

  /** What is remembered of the starts on one instance, by job id. */
  async startsOn(host: InstanceHost): Promise<ReadonlyMap<string, RememberedStart>> {
    const starts = await this.#kept();
    return new Map(starts.filter((record) => record.hostname === host.hostname).flatMap(remembered));
  }

  /**
   * Writes a start down; to be done before it is sent, so that no started job is a stranger after a crash. What is
   * remembered of an earlier start with the same id stays. It counts as on its way until {@link answered}.
   *
   * @returns whether there was none
   */
  async remember(host: InstanceHost, id: string, { trace, start }: RememberedStart): Promise<boolean> {
    const record: StartRecord = {
      hostname: host.hostname,
      id,
      startedAt: start.startedAt,
      traceparent: trace.traceparent,
      ...(trace.tracestate === undefined ? {} : { tracestate: trace.tracestate }),
      ...(start.timeoutInMinutes === undefined ? {} : { timeoutInMinutes: start.timeoutInMinutes }),
    };
    this.#underway.add(keyOf(host, id));
    const { starts } = await this.#records.change((records) =>
      records.starts.some((old) => matches(old, host, id))
        ? records
        : {
            ...records,
            starts: [...records.starts.filter((old) => this.#isKept(old)), record],
          },
    );
    return starts.includes(record);
  }

  /** Notes that a start is no longer on its way, whatever came of it. */
  answered(host: InstanceHost, id: string): void {
    this.#underway.delete(keyOf(host, id));
  }

  /** The host names of the instances with starts whose end the person was not told. */
  async hostnamesWithOpenStarts(): Promise<ReadonlySet<string>> {
    const starts = await this.#kept();
    return new Set(starts.filter(({ isEndTold }) => isEndTold !== true).map(({ hostname }) => hostname));
  }

  /** Writes down that the person was told how the job ended, so that no restart tells it again. */
  async markEndTold(host: InstanceHost, id: string): Promise<void> {
    await this.#records.change((records) => ({
      ...records,
      starts: records.starts.map((record) => (matches(record, host, id) ? { ...record, isEndTold: true } : record)),
    }));
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

function keyOf(host: InstanceHost, id: string): string {
  return `${host.hostname}/${id}`;
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
          start: { startedAt: record.startedAt, timeoutInMinutes, isEndTold: record.isEndTold ?? false },
        },
      ],
    ];
  } catch {
    // Edited by hand into something that no start can have had: the job is shown as one started elsewhere.
    return [];
  }
}
