/** Slots at first; a power of two. */
const firstSlots = 1024;

/**
 * From texts to line numbers, for millions of them: 12 bytes a slot, and no text is kept. Texts are told apart by 64 bits
 * of a hash: among ten million, the chance that any two are taken for the same is about one in 370,000.
 */
export class CompactMap {
  #size = 0;
  #slots = firstSlots;
  #hashes = new Uint32Array(2 * firstSlots);
  #values = new Uint32Array(firstSlots);

  /** How many texts there are. */
  get size(): number {
    return this.#size;
  }

  /** The number of a text; undefined where there is none. */
  get(text: string): number | undefined {
    const value = this.#values[this.#slotOf(...hash(text))];
    return value === 0 ? undefined : value;
  }

  has(text: string): boolean {
    return this.get(text) !== undefined;
  }

  /**
   * Adds a text with its number, 1 to 2^32 - 1, unless it is there.
   *
   * @returns the number that it had already; undefined when it is new
   */
  add(text: string, value: number): number | undefined {
    const [high, low] = hash(text);
    const slot = this.#slotOf(high, low);
    const before = this.#values[slot];
    if (before !== undefined && before !== 0) {
      return before;
    }
    this.#put(slot, high, low, value);
    this.#size += 1;
    // Fuller than this, looking for a free slot takes ever longer.
    if (this.#size * 3 > this.#slots * 2) {
      this.#grow();
    }
    return undefined;
  }

  #put(slot: number, high: number, low: number, value: number): void {
    this.#hashes[2 * slot] = high;
    this.#hashes[2 * slot + 1] = low;
    this.#values[slot] = value;
  }

  /** The slot with this hash, or the free one where it belongs. */
  #slotOf(high: number, low: number): number {
    let slot = low & (this.#slots - 1);
    while (this.#values[slot] !== 0 && (this.#hashes[2 * slot] !== high || this.#hashes[2 * slot + 1] !== low)) {
      slot = (slot + 1) & (this.#slots - 1);
    }
    return slot;
  }

  #grow(): void {
    const [hashes, values] = [this.#hashes, this.#values];
    this.#slots *= 2;
    this.#hashes = new Uint32Array(2 * this.#slots);
    this.#values = new Uint32Array(this.#slots);
    values.forEach((value, slot) => {
      const [high, low] = [hashes[2 * slot], hashes[2 * slot + 1]];
      if (value !== 0 && high !== undefined && low !== undefined) {
        this.#put(this.#slotOf(high, low), high, low, value);
      }
    });
  }
}

/** Two 32-bit hashes that have nothing in common: multiply and rotate, with the finish of MurmurHash3 on both. */
function hash(text: string): [high: number, low: number] {
  let high = 0x9e3779b9;
  let low = 0x85ebca6b ^ text.length;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 0x01000193);
    high = (high << 13) | (high >>> 19);
    low = Math.imul(low + code, 0xcc9e2d51);
    low = (low << 15) | (low >>> 17);
  }
  return [finished(high ^ low), finished(low ^ Math.imul(high, 0x1b873593))];
}

function finished(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
