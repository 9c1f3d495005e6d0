import type { Log } from '../../src/service/log.ts';

/** A log that keeps its lines, each after its level. */
export class CollectedLog implements Log {
  readonly lines: string[] = [];

  trace(message: string): void {
    this.lines.push(`trace ${message}`);
  }

  info(message: string): void {
    this.lines.push(`info ${message}`);
  }

  warn(message: string): void {
    this.lines.push(`warn ${message}`);
  }

  error(error: string | Error): void {
    this.lines.push(`error ${typeof error === 'string' ? error : (error.stack ?? error.message)}`);
  }

  /** The lines of one level, without it. */
  of(level: 'trace' | 'info' | 'warn' | 'error'): string[] {
    return this.lines.filter((line) => line.startsWith(`${level} `)).map((line) => line.slice(level.length + 1));
  }
}
