/** Two words from which every draw of a (seed, purpose) derives. */
export interface RandomKey {
  readonly first: number;
  readonly second: number;
}

/** The key of a seed, a whole number from 0; `parameters` make another key of the same seed. */
export function createRandomKey(
  seed: number,
  ...parameters: readonly number[]
): RandomKey {
  let first = 0x9e3779b9;
  let second = 0x85ebca6b;
  for (const number of [seed, ...parameters]) {
    // Low and high word of a whole number up to 2^53, and one word of the digits behind the point.
    for (const word of [
      number,
      Math.floor(number / 2 ** 32),
      (number % 1) * 2 ** 32,
    ]) {
      first = mixWord(first ^ word);
      second = mixWord(second + first);
    }
  }
  return { first, second };
}

/** Scatters the bits of a 32-bit word; no two words become the same one (the finisher of MurmurHash3). */
function mixWord(word: number): number {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/**
 * A sequence of random numbers that can be started anew for every (key, stream, index) at the cost of some
 * multiplications: what is drawn for an index never depends on what was drawn before.
 */
export class Random {
  /** The two words of state; right after `start` they are a one-to-one image of (stream, index) under the key. */
  high = 0;
  low = 1;

  /** Starts the sequence of an index from 0 to 2^53 - 1 within a stream from 0 to 255. */
  start({ first, second }: RandomKey, stream: number, index: number): this {
    let high = Math.floor(index / 2 ** 32) | (stream << 24);
    let low = index | 0;
    // A Feistel network: one-to-one whatever the rounds mix in, hence no two indexes share a sequence.
    high ^= mixWord(low ^ first);
    low ^= mixWord(high + second);
    high ^= mixWord(low + first);
    low ^= mixWord(high ^ second);
    this.high = high;
    this.low = low;
    return this;
  }

  /** A whole number from 0 to 2^32 - 1 (xoroshiro64**). */
  nextWord(): number {
    // The generator would stay at zero for ever; one index in 2^64 starts there.
    if (this.high === 0 && this.low === 0) this.low = 1;
    const { high } = this;
    const product = Math.imul(high, 0x9e3779bb);
    const result = Math.imul((product << 5) | (product >>> 27), 5);
    const low = this.low ^ high;
    this.high = ((high << 26) | (high >>> 6)) ^ low ^ (low << 9);
    this.low = (low << 13) | (low >>> 19);
    return result >>> 0;
  }

  /** A number from 0 up to, not including, 1. */
  nextUnit(): number {
    return this.nextWord() / 2 ** 32;
  }

  /** A whole number from 0 to `end` - 1; `end` is at most 2^32. */
  nextBelow(end: number): number {
    return Math.floor(this.nextUnit() * end);
  }

  /** Whether something of this probability, 0 to 1, happens. */
  nextChance(probability: number): boolean {
    return this.nextUnit() < probability;
  }

  /**
   * One item of a list.
   *
   * @throws RangeError for an empty list
   */
  nextItem<Item>(items: readonly Item[]): Item {
    const item = items[this.nextBelow(items.length)];
    if (item === undefined)
      throw new RangeError("There is nothing to choose from in an empty list.");
    return item;
  }

  /** The whole numbers from 0 to `size` - 1 in a random order. */
  nextOrder(size: number): Int32Array {
    const order = Int32Array.from({ length: size }, (_, position) => position);
    for (let last = size - 1; last > 0; last--) {
      const other = this.nextBelow(last + 1);
      const held = order[last] ?? 0;
      order[last] = order[other] ?? 0;
      order[other] = held;
    }
    return order;
  }
}
