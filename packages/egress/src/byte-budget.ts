/** A count of bytes held in memory, with an end; a budget inside another one takes from both. */
export class ByteBudget {
  readonly #bytesMax: number;
  readonly #parent: ByteBudget | undefined;
  #bytes = 0;

  constructor(bytesMax: number, parent?: ByteBudget) {
    this.#bytesMax = bytesMax;
    this.#parent = parent;
  }

  /** False when there is no room; nothing is taken then. */
  take(bytes: number): boolean {
    if (this.#bytes + bytes > this.#bytesMax) return false;
    if (this.#parent !== undefined && !this.#parent.take(bytes)) return false;
    this.#bytes += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#bytes -= bytes;
    this.#parent?.giveBack(bytes);
  }
}
