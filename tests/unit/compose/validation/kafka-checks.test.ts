import { describe, expect, test } from "vitest";

import {
  checkCommits,
  requireDrained,
} from "#compose/validation/check-kafka.ts";
import { countUnhandledRecords } from "#compose/validation/count-unhandled-records.ts";
import { findOffsetsBeyondLedger } from "#compose/validation/find-offsets-beyond-ledger.ts";
import type { PartitionOffsets } from "#compose/validation/partition-offsets.ts";
import type { ValidationCheck } from "#compose/validation/result.ts";

const partition = (offsets: Partial<PartitionOffsets>): PartitionOffsets => ({
  topic: "stream-events",
  partition: 3,
  isCompacted: false,
  startOffset: 0,
  endOffset: 10,
  committedOffset: 10,
  handledOffsets: [{ from: 0, to: 10 }],
  ...offsets,
});

describe("a group that has committed more than the ledger has handled", () => {
  test("is found", () => {
    const found = findOffsetsBeyondLedger([
      partition({ handledOffsets: [{ from: 0, to: 7 }] }),
    ]);

    expect(found).toEqual([
      {
        topic: "stream-events",
        partition: 3,
        committed_offset: 10,
        handled_until: 7,
      },
    ]);
  });

  test("is found where the ledger has a gap", () => {
    const gap = partition({
      handledOffsets: [
        { from: 0, to: 4 },
        { from: 5, to: 10 },
      ],
    });

    expect(findOffsetsBeyondLedger([gap])).toMatchObject([
      { committed_offset: 10, handled_until: 4 },
    ]);
  });

  test("is found where the ledger knows nothing of the partition", () => {
    expect(
      findOffsetsBeyondLedger([partition({ handledOffsets: [] })]),
    ).toMatchObject([{ handled_until: 0 }]);
  });

  test("is found in a compacted topic that was handled less far", () => {
    const behind = partition({
      isCompacted: true,
      handledOffsets: [
        { from: 2, to: 3 },
        { from: 8, to: 9 },
      ],
    });

    expect(findOffsetsBeyondLedger([behind])).toMatchObject([
      { handled_until: 9 },
    ]);
  });
});

describe("no alarm is raised", () => {
  test.each([
    [
      "when the commit lags behind the ledger",
      partition({ committedOffset: 6 }),
    ],
    [
      "when nothing is committed yet",
      partition({ committedOffset: undefined, handledOffsets: [] }),
    ],
    [
      "when compaction has left gaps",
      partition({
        isCompacted: true,
        handledOffsets: [
          { from: 2, to: 3 },
          { from: 9, to: 10 },
        ],
      }),
    ],
    [
      "when retention has removed records that nobody read",
      partition({
        startOffset: 6,
        handledOffsets: [
          { from: 0, to: 4 },
          { from: 6, to: 10 },
        ],
      }),
    ],
    [
      "when retention has removed everything since the commit",
      partition({ startOffset: 10, handledOffsets: [] }),
    ],
  ])("%s", (_, offsets) => {
    expect(findOffsetsBeyondLedger([offsets])).toEqual([]);
  });
});

describe("records that the ledger does not hold", () => {
  test("are counted per topic", () => {
    const counts = countUnhandledRecords([
      partition({ endOffset: 12 }),
      partition({ partition: 4, endOffset: 11 }),
      partition({ topic: "users", isCompacted: true }),
    ]);

    expect([...counts]).toEqual([["stream-events", 3]]);
  });

  test("are none where retention has removed what was left", () => {
    const counts = countUnhandledRecords([
      partition({ startOffset: 20, endOffset: 20 }),
    ]);

    expect(counts.size).toBe(0);
  });
});

describe("the check of the dead letters", () => {
  const failed: ValidationCheck = {
    name: "rejected_records_have_letters",
    title: "Every rejected record has its letter.",
    passed: false,
    violationCount: 1,
    violations: [{ topic: "stream-events" }],
  };

  test("counts once everything is handled", () => {
    expect(requireDrained([failed], [partition({})])).toEqual([failed]);
  });

  test("is skipped while records are under way, and says which", () => {
    const [check] = requireDrained([failed], [partition({ endOffset: 12 })]);

    expect(check).toMatchObject({
      passed: true,
      skippedBecause: "records are still to be handled: stream-events has 2",
      violationCount: 0,
    });
  });

  test("is skipped when Kafka was not asked, and no other check is", () => {
    const other = { ...failed, name: "albums_have_artists" };

    const [letters, albums] = requireDrained([failed, other], undefined);

    expect(letters?.skippedBecause).toBe(
      "Kafka was not asked, its address is not known",
    );
    expect(albums).toEqual(other);
  });
});

describe("the check of the commits", () => {
  test("shows each partition that is ahead of Postgres", () => {
    const check = checkCommits([
      partition({ handledOffsets: [] }),
      partition({ partition: 4 }),
    ]);

    expect(check).toMatchObject({
      passed: false,
      violationCount: 1,
      violations: [{ partition: 3 }],
    });
  });

  test("is skipped when Kafka was not asked", () => {
    expect(checkCommits(undefined)).toMatchObject({
      passed: true,
      skippedBecause: expect.any(String),
    });
  });
});
