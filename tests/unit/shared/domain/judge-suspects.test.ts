import { describe, expect, test } from "vitest";

import {
  conflictingDuplicate,
  judgeSuspects,
  type Suspect,
} from "#shared/domain/judge-suspects.ts";
import type { RecordPosition } from "#shared/domain/record.ts";
import {
  makeMicroBatch,
  type RecordTraits,
} from "#tests/support/rows/make-records.ts";

const HORIZON = Date.UTC(2026, 0, 15, 12) * 1000;
const MISSING = [
  { dimension: "users", id: 9 },
  { dimension: "songs", id: 8 },
] as const;

describe("a suspect play", () => {
  test("that is a fact with the same payload is a duplicate, whatever else is wrong", () => {
    const judgement = judge(
      [{ id: 1 }],
      [
        suspectOf(0, {
          hasPayloadOfFact: true,
          isFuture: true,
          missingReferences: MISSING,
        }),
      ],
    );

    expect(judgement).toEqual({
      rejections: [],
      duplicates: [0],
      deferred: [],
    });
  });

  test("that is a fact with another payload is a conflict, whatever else is wrong", () => {
    const judgement = judge(
      [{ id: 1 }],
      [suspectOf(0, { hasPayloadOfFact: false, isFuture: true })],
    );

    expect(judgement.rejections).toEqual([
      [0, "conflicting_duplicate", expect.stringContaining("/event_id")],
    ]);
  });

  test("from the future is rejected as such before its references count", () => {
    const judgement = judge(
      [{ id: 1 }],
      [suspectOf(0, { isFuture: true, missingReferences: MISSING })],
    );

    expect(judgement.rejections).toEqual([
      [0, "future_timestamp", expect.stringContaining("5 minutes")],
    ]);
  });

  test("from before the retention horizon is rejected as such after the future and before its references count", () => {
    const old = { passedHorizonMicros: HORIZON, missingReferences: MISSING };
    const judgement = judge(
      [{ id: 1 }, { id: 2 }, { id: 3 }],
      [
        suspectOf(0, old),
        suspectOf(1, { ...old, isFuture: true }),
        suspectOf(2, { ...old, hasPayloadOfFact: true }),
      ],
    );

    expect(namesOf(judgement)).toEqual([
      [0, "older_than_retention"],
      [1, "future_timestamp"],
    ]);
    expect(judgement.duplicates).toEqual([2]);
  });

  test("from before the horizon is told where that lies", () => {
    const judgement = judge(
      [{ id: 1 }],
      [suspectOf(0, { passedHorizonMicros: HORIZON })],
    );

    expect(judgement.rejections[0]?.[2]).toBe(
      "/timestamp: expected 2026-01-15T12:00:00.000000Z or later, as the plays before have been given up",
    );
  });

  test("from before the horizon that was handled before is a duplicate, whatever else is wrong", () => {
    const old = { passedHorizonMicros: HORIZON, missingReferences: MISSING };
    const judgement = judge(
      [{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }],
      [
        suspectOf(0, old),
        suspectOf(1, { ...old, isFuture: true }),
        suspectOf(2, { ...old, hasPayloadOfFact: false }),
        suspectOf(3, old),
      ],
      ({ offset }) => offset < 4,
    );

    expect(judgement.duplicates).toEqual([0, 1, 2]);
    expect(namesOf(judgement)).toEqual([[3, "older_than_retention"]]);
  });

  test("of today is judged once more when it comes again", () => {
    const judgement = judge(
      [{ id: 1 }],
      [suspectOf(0, { missingReferences: MISSING })],
      () => true,
    );

    expect(namesOf(judgement)).toEqual([[0, "unknown_reference"]]);
  });

  test("that misses dimensions is rejected with each of them", () => {
    const microBatch = makeMicroBatch([{ id: 1 }, { id: 2 }]);

    const { rejections } = judgeSuspects(
      microBatch,
      [suspectOf(1, { missingReferences: MISSING })],
      () => false,
    );

    expect([...rejections]).toEqual([
      [
        1,
        {
          record: microBatch.records[1],
          reason: "unknown_reference",
          detail: "expected these to exist: users 9, songs 8",
          missingReferences: MISSING,
        },
      ],
    ]);
  });
});

describe("a suspect whose id comes twice in the micro-batch", () => {
  const suspect = suspectOf(1, { isFuture: true });

  test("waits for the comparison with the earlier play, which will be the fact", () => {
    expect(
      judge(
        [
          { id: 1, offset: 4 },
          { id: 1, offset: 5 },
        ],
        [suspect],
      ),
    ).toEqual({ rejections: [], duplicates: [], deferred: [1] });
  });

  test("is earlier by its partition, whatever the order of delivery", () => {
    const judgement = judge(
      [
        { id: 1, partition: 2, offset: 4 },
        { id: 1, partition: 1, offset: 5 },
      ],
      [suspect],
    );

    expect(namesOf(judgement)).toEqual([[1, "future_timestamp"]]);
  });

  test("is judged by itself where the other one is a suspect too", () => {
    const judgement = judge(
      [
        { id: 1, offset: 4 },
        { id: 1, offset: 5 },
      ],
      [suspectOf(0, { missingReferences: MISSING }), suspect],
    );

    expect(namesOf(judgement)).toEqual([
      [0, "unknown_reference"],
      [1, "future_timestamp"],
    ]);
    expect(judgement.deferred).toEqual([]);
  });
});

test("nobody is judged where there is no suspect", () => {
  expect(judge([{ id: 1 }], [])).toEqual({
    rejections: [],
    duplicates: [],
    deferred: [],
  });
});

test("an ordinal that the micro-batch does not have is a mistake of ours", () => {
  const microBatch = makeMicroBatch([{ id: 1 }]);

  expect(() =>
    judgeSuspects(microBatch, [suspectOf(7, {})], () => false),
  ).toThrow(RangeError);
  expect(() => conflictingDuplicate(microBatch, 7)).toThrow(RangeError);
});

function judge(
  traits: readonly RecordTraits[],
  suspects: readonly Suspect[],
  isHandled: (position: RecordPosition) => boolean = () => false,
) {
  const { rejections, duplicates, deferred } = judgeSuspects(
    makeMicroBatch(traits),
    suspects,
    isHandled,
  );
  return {
    rejections: [...rejections].map(([ordinal, { reason, detail }]) => [
      ordinal,
      reason,
      detail,
    ]),
    duplicates: [...duplicates],
    deferred: [...deferred],
  };
}

/** Ordinals and reasons. */
function namesOf({ rejections }: ReturnType<typeof judge>) {
  return rejections.map((rejection) => rejection.slice(0, 2));
}

function suspectOf(ordinal: number, traits: Partial<Suspect>): Suspect {
  return {
    ordinal,
    isFuture: false,
    passedHorizonMicros: null,
    missingReferences: [],
    hasPayloadOfFact: null,
    ...traits,
  };
}
