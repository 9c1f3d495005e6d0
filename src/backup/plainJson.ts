import {
  backslash,
  closeBrace,
  closeBracket,
  colon,
  comma,
  letterN,
  letterU,
  minus,
  nine,
  openBrace,
  openBracket,
  point,
  quote,
  zero,
} from '../service/jsonBytes.ts';

// Plain JSON can be passed over, and copied, byte by byte: UTF-8 without spaces between its tokens, without a member that
// is null and without an escape in a key. Nothing that is no JSON is taken for it; whatever is not plain is for JSON.parse.

/** What a function gives instead of an index where there is nothing plain. */
export const notPlain = -1;

/** What is nested more deeply is left to JSON.parse, which needs no stack. */
const mostLevels = 64;

/** What may follow a backslash, but for `u` and four digits. */
const escapes = new Set(Buffer.from('"\\/bfnrt'));
const hexDigits = new Set(Buffer.from('0123456789abcdefABCDEF'));
const exponents = new Set(Buffer.from('eE'));
const signs = new Set(Buffer.from('+-'));
const literals = new Map(
  [Buffer.from('true'), Buffer.from('false'), Buffer.from('null')].map((text) => [text[0], text]),
);

/** The members of a plain object, by where they are: made once and read again and again, so that it costs no memory. */
export class PlainMembers {
  /** How many there are. */
  count = 0;
  readonly #bounds: number[] = [];

  /**
   * Reads an object.
   *
   * @param bytes valid UTF-8
   * @param at where its brace is
   * @returns the index behind it, or {@link notPlain}
   */
  read(bytes: Buffer, at: number): number {
    this.count = 0;
    return bytes[at] === openBrace ? endOfObject(bytes, at, 0, this) : notPlain;
  }

  /** Notes a member. */
  add(key: number, value: number, end: number): void {
    const from = 3 * this.count;
    this.#bounds[from] = key;
    this.#bounds[from + 1] = value;
    this.#bounds[from + 2] = end;
    this.count += 1;
  }

  /** Where the quote is that begins its key. */
  keyOf(member: number): number {
    return this.#bounds[3 * member] ?? notPlain;
  }

  /** Where its value begins: two behind the end of its key. */
  valueOf(member: number): number {
    return this.#bounds[3 * member + 1] ?? notPlain;
  }

  /** Where its value ends. */
  endOf(member: number): number {
    return this.#bounds[3 * member + 2] ?? notPlain;
  }
}

/** The index behind a value, or {@link notPlain}. */
function endOfValue(bytes: Buffer, at: number, level: number): number {
  switch (bytes[at]) {
    case quote:
      return endOfText(bytes, at);
    case openBrace:
      return level < mostLevels ? endOfObject(bytes, at, level) : notPlain;
    case openBracket:
      return level < mostLevels ? endOfArray(bytes, at, level) : notPlain;
    default:
      return isDigit(bytes[at]) || bytes[at] === minus ? endOfNumber(bytes, at) : endOfLiteral(bytes, at);
  }
}

function endOfObject(bytes: Buffer, begin: number, level: number, members?: PlainMembers): number {
  if (bytes[begin + 1] === closeBrace) {
    return begin + 2;
  }
  for (let key = begin + 1; ;) {
    const value = endOfKey(bytes, key) + 1;
    if (value === 0 || bytes[value - 1] !== colon || bytes[value] === letterN) {
      return notPlain;
    }
    const end = endOfValue(bytes, value, level + 1);
    members?.add(key, value, end);
    if (bytes[end] === closeBrace) {
      return end + 1;
    }
    if (bytes[end] !== comma) {
      return notPlain;
    }
    key = end + 1;
  }
}

function endOfArray(bytes: Buffer, begin: number, level: number): number {
  if (bytes[begin + 1] === closeBracket) {
    return begin + 2;
  }
  for (let at = begin + 1; ;) {
    const end = endOfValue(bytes, at, level + 1);
    if (bytes[end] === closeBracket) {
      return end + 1;
    }
    if (bytes[end] !== comma) {
      return notPlain;
    }
    at = end + 1;
  }
}

function endOfKey(bytes: Buffer, begin: number): number {
  const end = endOfText(bytes, begin);
  for (let at = begin; at < end; at++) {
    if (bytes[at] === backslash) {
      return notPlain;
    }
  }
  return end;
}

function endOfText(bytes: Buffer, begin: number): number {
  if (bytes[begin] !== quote) {
    return notPlain;
  }
  for (let at = begin + 1; ; at++) {
    const byte = bytes[at];
    if (byte === quote) {
      return at + 1;
    }
    if (byte === undefined || byte < 0x20) {
      return notPlain;
    }
    if (byte === backslash) {
      at += 1;
      const escape = bytes[at];
      if (escape === letterU && [1, 2, 3, 4].every((next) => hexDigits.has(bytes[at + next] ?? 0))) {
        at += 4;
      } else if (!escapes.has(escape ?? 0)) {
        return notPlain;
      }
    }
  }
}

function endOfNumber(bytes: Buffer, begin: number): number {
  const first = bytes[begin] === minus ? begin + 1 : begin;
  let at = bytes[first] === zero ? first + 1 : endOfDigits(bytes, first);
  if (at !== notPlain && bytes[at] === point) {
    at = endOfDigits(bytes, at + 1);
  }
  if (at !== notPlain && exponents.has(bytes[at] ?? 0)) {
    at = endOfDigits(bytes, signs.has(bytes[at + 1] ?? 0) ? at + 2 : at + 1);
  }
  return at;
}

function endOfDigits(bytes: Buffer, begin: number): number {
  let at = begin;
  while (isDigit(bytes[at])) {
    at += 1;
  }
  return at === begin ? notPlain : at;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= zero && byte <= nine;
}

function endOfLiteral(bytes: Buffer, at: number): number {
  const literal = literals.get(bytes[at]);
  const isThere = literal?.every((byte, index) => bytes[at + index] === byte) === true;
  return isThere ? at + literal.length : notPlain;
}
