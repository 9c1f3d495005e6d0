/**
 * Puts bytes together in memory that is used again and again: what is put together of millions of items costs no more of it
 * than twice the largest of them, and nothing has to be collected. It never shrinks.
 */
export class GrowingBuffer {
  #memory: Buffer;
  #length = 0;

  /** @param room bytes that there is room for at first */
  constructor(room = 64 * 1024) {
    this.#memory = Buffer.alloc(room);
  }

  /** What was added since it was cleared; what it stands in changes when it is cleared and added to again. */
  get bytes(): Buffer {
    return this.#memory.subarray(0, this.#length);
  }

  /** Begins anew. */
  clear(): void {
    this.#length = 0;
  }

  /** Adds bytes, or a part of them. */
  add(bytes: Buffer, from = 0, to = bytes.length): void {
    this.#makeRoom(to - from);
    this.#length += bytes.copy(this.#memory, this.#length, from, to);
  }

  /** Adds a text, in UTF-8. */
  addText(text: string): void {
    // No code unit takes more than three bytes.
    this.#makeRoom(3 * text.length);
    this.#length += this.#memory.write(text, this.#length);
  }

  #makeRoom(bytes: number): void {
    if (this.#length + bytes > this.#memory.length) {
      const larger = Buffer.alloc(2 * (this.#length + bytes));
      this.#memory.copy(larger, 0, 0, this.#length);
      this.#memory = larger;
    }
  }
}
