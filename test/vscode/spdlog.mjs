// Stands in for the native module @vscode/spdlog inside the VS Code under test: the part of its interface that VS Code
// uses, writing each line at once. provision.ts puts it in place.
import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';

const levels = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];

class Logger {
  #file;
  #level = 0;
  #formatted = true;

  constructor(file) {
    this.#file = file;
    mkdirSync(path.dirname(file), { recursive: true });
  }

  trace(message) {
    this.#write(0, message);
  }
  debug(message) {
    this.#write(1, message);
  }
  info(message) {
    this.#write(2, message);
  }
  warn(message) {
    this.#write(3, message);
  }
  error(message) {
    this.#write(4, message);
  }
  critical(message) {
    this.#write(5, message);
  }

  getLevel() {
    return this.#level;
  }
  setLevel(level) {
    this.#level = level;
  }
  // VS Code asks for one pattern only, the one that #write follows.
  setPattern() {
    this.#formatted = true;
  }
  clearFormatters() {
    this.#formatted = false;
  }
  flush() {
    // Nothing is held back.
  }
  drop() {
    // No file stays open.
  }

  #write(level, message) {
    if (level < this.#level) {
      return;
    }
    const line = this.#formatted ? `${timestamp()} [${levels[level]}] ${message}\n` : message;
    try {
      appendFileSync(this.#file, line);
    } catch {
      // As with the original, a log that can't be written never disturbs what is logged: the folder of a test may be gone.
    }
  }
}

/** Local time, as in 2026-01-31 23:59:59.999. */
function timestamp() {
  const now = new Date();
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 23).replace('T', ' ');
}

const createLogger = async (_name, file) => new Logger(file);

export { createLogger as createAsyncRotatingLogger, createLogger as createRotatingLogger, Logger };
export const version = 0;
export const setLevel = () => {};
export const setFlushOn = () => {};
