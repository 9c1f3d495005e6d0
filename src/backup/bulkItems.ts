import { isJsonObject } from '../service/exactJson.ts';
import { sections, type Section } from './bulkFile.ts';
import type { Line } from './bulkLines.ts';

/** A line that begins a section, or undefined where it is an item. A section that is not known is told by its name. */
export function sectionOf(value: unknown): { readonly known: Section } | { readonly unknown: unknown } | undefined {
  if (!isJsonObject(value) || !Object.hasOwn(value, 'Section') || Object.keys(value).length > 1) {
    return undefined;
  }
  const { Section: name } = value;
  const known = sections.find((each) => each === name);
  return known ? { known } : { unknown: name };
}

/** Whether a line can be one that begins a section: cheaper than reading it. */
export function mayBeginSection({ text }: Line): boolean {
  return text.length < 200 && text.includes('"Section"');
}

/**
 * The items of a file that has been found valid, section by section, each read once. The sections must be asked for in
 * their order.
 */
export class BulkItems {
  readonly #lines: AsyncIterator<Line>;
  #section: Section | undefined;
  #isAtEnd = false;

  constructor(lines: AsyncIterable<Line>) {
    this.#lines = lines[Symbol.asyncIterator]();
  }

  /** The items of a section; none where the file does not have it. */
  async *in(wanted: Section): AsyncGenerator<Line> {
    while (!this.#isAtEnd && this.#at < sections.indexOf(wanted)) {
      // Items of sections before it that nobody asked for
      await this.#next();
    }
    while (!this.#isAtEnd && this.#section === wanted) {
      const line = await this.#next();
      if (line) {
        yield line;
      }
    }
  }

  get #at(): number {
    return this.#section === undefined ? -1 : sections.indexOf(this.#section);
  }

  /** The next item; undefined for a line that begins a section, an empty one, and at the end. */
  async #next(): Promise<Line | undefined> {
    const next = await this.#lines.next();
    if (next.done === true) {
      this.#isAtEnd = true;
      return undefined;
    }
    const line = next.value;
    const begins = mayBeginSection(line) ? sectionOf(JSON.parse(line.text)) : undefined;
    if (begins && 'known' in begins) {
      this.#section = begins.known;
      return undefined;
    }
    return line.text.trim() === '' ? undefined : line;
  }
}
