/** Where this layer writes what it does. VS Code's LogOutputChannel has this shape. */
export interface Log {
  trace(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  /** An Error is written with its stack. */
  error(error: string | Error): void;
}
