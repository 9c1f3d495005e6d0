/** What one process of the bench does: it is started for this alone, so that its memory is its own. */
export interface Order {
  readonly task: 'read bare' | 'back up' | 'put bare' | 'restore';
  /** Host and port of a simulated instance, whose certificate the process trusts. */
  readonly address: string;
  /** The file that is written or read. */
  readonly file: string;
  /** Creations a second; undefined: as the product has it. 0: no bound. */
  readonly createsPerSecond?: number;
}

/** What it reports: a line of JSON. */
export interface Report {
  /** Milliseconds from the first request to the end, without what is only waited for at the end. */
  readonly ms: number;
  /** By how many MB (2^20 bytes) the memory of the process (RSS) has grown at the most meanwhile. */
  readonly peakMb: number;
  /** How much of that is V8's space for new objects, which it enlarges for whoever makes many: up to 64 MB in Node 24. */
  readonly newSpaceMb: number;
  /** Items that were moved. */
  readonly items: number;
}
