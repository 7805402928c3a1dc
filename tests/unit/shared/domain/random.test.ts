import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { createLongTail } from "#shared/domain/long-tail.ts";
import { createRandomKey, Random } from "#shared/domain/random.ts";

const index = fc.maxSafeNat();
const stream = fc.nat(255);
const words = (random: Random) =>
  Array.from({ length: 5 }, () => random.nextWord());
const count = (counts: Int32Array, slot: number) => {
  counts[slot] = (counts[slot] ?? 0) + 1;
};

describe("Random", () => {
  test("draws the same for the same key, stream and index, whatever was drawn before", () => {
    fc.assert(
      fc.property(
        fc.nat(),
        stream,
        index,
        fc.nat(20),
        (seed, streamNumber, indexNumber, drawn) => {
          const used = new Random();
          for (let draw = 0; draw < drawn; draw++) used.nextWord();
          const key = createRandomKey(seed);

          expect(words(used.start(key, streamNumber, indexNumber))).toEqual(
            words(new Random().start(key, streamNumber, indexNumber)),
          );
        },
      ),
    );
  });

  test("starts every index and every stream elsewhere", () => {
    const key = createRandomKey(1);
    const random = new Random();
    const starts = new Set<string>();
    for (let streamNumber = 0; streamNumber < 10; streamNumber++) {
      for (let indexNumber = 0; indexNumber < 10_000; indexNumber++) {
        random.start(key, streamNumber, indexNumber);
        starts.add(`${random.high}/${random.low}`);
      }
    }
    expect(starts.size).toBe(100_000);
  });

  test("makes another key of every seed and every parameter, fractions and large numbers too", () => {
    const keys = [
      [1],
      [2],
      [1, 0],
      [1, 1],
      [1, 0.5],
      [1, 0.25],
      [1, 2 ** 32],
      [1, 2 ** 40],
      [1, 2 ** 40 + 1],
    ];
    const made = keys.map(([seed = 0, ...parameters]) =>
      createRandomKey(seed, ...parameters),
    );
    expect(
      new Set(made.map(({ first, second }) => `${first}/${second}`)).size,
    ).toBe(keys.length);
  });

  test("spreads evenly, within an index's sequence and over neighbouring indexes", () => {
    const key = createRandomKey(7);
    const random = new Random();
    const within = new Int32Array(10);
    const across = new Int32Array(10);
    random.start(key, 0, 0);
    for (let draw = 0; draw < 100_000; draw++)
      count(within, random.nextBelow(10));
    for (let draw = 0; draw < 100_000; draw++)
      count(across, random.start(key, 0, draw).nextBelow(10));
    // 10,000 are expected; six standard deviations are 570.
    for (const drawn of [...within, ...across])
      expect(Math.abs(drawn - 10_000)).toBeLessThan(570);
  });

  test("goes on from a state of zeroes", () => {
    const random = new Random();
    random.high = 0;
    random.low = 0;
    expect(
      new Set(Array.from({ length: 100 }, () => random.nextWord())).size,
    ).toBeGreaterThan(90);
  });

  test("brings a list of numbers into an order that holds each once", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(200), (seed, size) => {
        const order = new Random()
          .start(createRandomKey(seed), 0, 0)
          .nextOrder(size);
        expect([...order].toSorted((a, b) => a - b)).toEqual(
          Array.from({ length: size }, (_, number) => number),
        );
      }),
    );
  });

  test("chooses nothing from an empty list", () => {
    expect(() => new Random().nextItem([])).toThrow(RangeError);
  });
});

describe("a long tail", () => {
  test("draws each id of its size and no other", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.double({ min: 0, max: 2, noNaN: true }),
        (size, exponent) => {
          const { pick } = createLongTail(size, exponent, new Random());
          for (const unit of [0, 0.5, 1 - 2 ** -32]) {
            expect(pick(unit)).toBeGreaterThanOrEqual(1);
            expect(pick(unit)).toBeLessThanOrEqual(size);
          }
        },
      ),
    );
  });

  test("draws a rank by its weight", () => {
    const random = new Random().start(createRandomKey(1), 0, 0);
    const { pick } = createLongTail(4, 1, random);
    const counts = new Map<number, number>();
    for (let draw = 0; draw < 25_000; draw++) {
      const id = pick(random.nextUnit());
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    // Weights 1, 1/2, 1/3, 1/4 of 25/12.
    const shares = [...counts.values()]
      .toSorted((a, b) => b - a)
      .map((drawn) => drawn / 25_000);
    for (const [rank, share] of shares.entries())
      expect(share).toBeCloseTo(12 / 25 / (rank + 1), 1);
    expect(counts.size).toBe(4);
  });
});
