/** Where this layer writes what it does. VS Code's LogOutputChannel has this shape. */
export interface Log {
  trace(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
