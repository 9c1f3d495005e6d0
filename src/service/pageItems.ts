/** A page of a list, taken apart. */
export interface SplitPage {
  /** The text of each item. */
  readonly items: readonly string[];
  /** The page without its items: `{"value": [], …}`. */
  readonly frame: string;
}

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/** What stands before the items of a page: nothing, or members that are texts or numbers. */
const begin = /^\s*\{\s*(?:"[^"\\]*"\s*:\s*(?:"(?:[^"\\]|\\.)*"|[\w.+-]+)\s*,\s*)*"value"\s*:\s*\[/;

/** What may stand between two items. */
const between = /^[\s,]*$/;

/**
 * Finds the items of a page, `{"value": [item, …], …}`, without reading any: so that the next page can be asked for before
 * this one is read, and its items one by one.
 *
 * @throws SyntaxError when it is laid out in another way, or has items that are neither objects nor arrays
 */
export function splitPage(page: string): SplitPage {
  const start = begin.exec(page)?.[0].length;
  if (start === undefined) {
    throw new SyntaxError('There is no list of items.');
  }
  const items: string[] = [];
  let depth = 0;
  let from = start;
  for (let at = start; at < page.length; at++) {
    switch (page.charCodeAt(at)) {
      case quote:
        at = endOfString(page, at);
        break;
      case openBrace:
      case openBracket:
        if (depth === 0) {
          checkBetween(page, from, at);
          from = at;
        }
        depth += 1;
        break;
      case closeBrace:
      case closeBracket:
        if (depth === 0) {
          checkBetween(page, from, at);
          return { items, frame: page.slice(0, start) + page.slice(at) };
        }
        depth -= 1;
        if (depth === 0) {
          items.push(page.slice(from, at + 1));
          from = at + 1;
        }
        break;
    }
  }
  throw new SyntaxError('The page ends within its items.');
}

function checkBetween(page: string, from: number, to: number): void {
  if (to - from > 1 && !between.test(page.slice(from, to))) {
    throw new SyntaxError('There is something between two items.');
  }
}

/** The index of the quote that ends a text. */
function endOfString(page: string, begun: number): number {
  for (let at = page.indexOf('"', begun + 1); at >= 0; at = page.indexOf('"', at + 1)) {
    let before = at - 1;
    while (page.charCodeAt(before) === backslash) {
      before -= 1;
    }
    if ((at - before) % 2 === 1) {
      return at;
    }
  }
  throw new SyntaxError('The page ends within a text.');
}
