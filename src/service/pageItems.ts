import { isUtf8 } from 'node:buffer';
import { backslash, closeBrace, closeBracket, comma, openBrace, openBracket, quote } from './jsonBytes.ts';

/** A page of a list, taken apart. */
export interface SplitPage {
  readonly items: PageItems;
  /** The page without its items: `{"value": [], …}`. */
  readonly frame: string;
}

/** Where the items of a page are in its bytes. */
export class PageItems {
  /** The page, in UTF-8. */
  readonly bytes: Buffer;
  /** Where each item begins and ends, by turns. */
  readonly #bounds: readonly number[];

  constructor(bytes: Buffer, bounds: readonly number[]) {
    this.bytes = bytes;
    this.#bounds = bounds;
  }

  /** How many items there are. */
  get count(): number {
    return this.#bounds.length / 2;
  }

  /** Where an item begins. */
  startOf(index: number): number {
    return this.#bounds[2 * index] ?? this.bytes.length;
  }

  /** The text of an item. */
  textOf(index: number): string {
    return this.bytes.toString('utf8', this.startOf(index), this.#bounds[2 * index + 1]);
  }
}

/** The member of a page that holds its items, as JSON. */
const itemsName = Buffer.from('"value"');

/**
 * Finds the items of a page, `{"value": [item, …], …}`, in the bytes of its UTF-8, without reading any: so that the next
 * page can be asked for before this one is read, and its items are read one by one. Texts of whole pages would make V8
 * double its space for new objects again and again.
 *
 * @throws SyntaxError when it is no UTF-8, laid out in another way, or has items that are neither objects nor arrays
 */
export function splitPage(page: Buffer): SplitPage {
  if (!isUtf8(page)) {
    throw new SyntaxError('The page is not in UTF-8.');
  }
  const start = beginOfItems(page);
  const bounds: number[] = [];
  let depth = 0;
  for (let at = start; at < page.length; at++) {
    switch (page[at]) {
      case quote:
        if (depth === 0) {
          throw notBetweenItems();
        }
        at = endOfString(page, at);
        break;
      case openBrace:
      case openBracket:
        if (depth === 0) {
          bounds.push(at);
        }
        depth += 1;
        break;
      case closeBrace:
      case closeBracket:
        if (depth === 0) {
          const frame = `${page.toString('utf8', 0, start)}${page.toString('utf8', at)}`;
          return { items: new PageItems(page, bounds), frame };
        }
        depth -= 1;
        if (depth === 0) {
          bounds.push(at + 1);
        }
        break;
      default:
        if (depth === 0 && page[at] !== comma && !isSpace(page[at])) {
          throw notBetweenItems();
        }
    }
  }
  throw new SyntaxError('The page ends within its items.');
}

/**
 * The index behind the bracket that opens the list of items: the first member of that name which is a list. A page that only
 * looks like one is found out when its frame is read.
 */
function beginOfItems(page: Buffer): number {
  let depth = 0;
  /** Whether the text that came last is the name of the items. */
  let isNamed = false;
  for (let at = 0; at < page.length; at++) {
    switch (page[at]) {
      case quote: {
        const end = endOfString(page, at);
        isNamed = page.subarray(at, end + 1).equals(itemsName);
        at = end;
        break;
      }
      case openBrace:
      case openBracket:
        if (depth === 1 && isNamed && page[at] === openBracket) {
          return at + 1;
        }
        depth += 1;
        break;
      case closeBrace:
      case closeBracket:
        depth -= 1;
        break;
      default:
        // It says nothing of where the items are.
        break;
    }
  }
  throw new SyntaxError('There is no list of items.');
}

/** The index of the quote that ends a text. No byte of a character beyond ASCII is one. */
function endOfString(page: Buffer, begun: number): number {
  for (let at = begun + 1; at < page.length; at++) {
    const byte = page[at];
    if (byte === quote) {
      return at;
    }
    if (byte === backslash) {
      at += 1;
    }
  }
  throw new SyntaxError('The page ends within a text.');
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function notBetweenItems(): SyntaxError {
  return new SyntaxError('There is something between two items.');
}
