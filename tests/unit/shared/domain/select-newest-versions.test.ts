import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  compareVersions,
  selectNewestVersions,
} from "#shared/domain/select-newest-versions.ts";

const version = fc
  .tuple(
    fc.nat({ max: 4 }),
    fc.nat({ max: 3 }),
    fc.nat({ max: 2 }),
    fc.nat({ max: 9 }),
  )
  .map((parts) => versionOf(...parts));

describe("the newest version of an id", () => {
  test.for([
    ["record time first", versionOf(1, 2, 0, 0), versionOf(1, 1, 9, 9)],
    ["then partition", versionOf(1, 1, 2, 0), versionOf(1, 1, 1, 9)],
    ["then offset", versionOf(1, 1, 1, 8), versionOf(1, 1, 1, 7)],
  ] as const)("is decided by %s", ([, newer, older]) => {
    expect(selectNewestVersions([newer, older])).toEqual([newer]);
    expect(selectNewestVersions([older, newer])).toEqual([newer]);
  });

  test("is one per id, in the order of ids", () => {
    const versions = [
      versionOf(3, 1, 0, 0),
      versionOf(10, 1, 0, 1),
      versionOf(2, 1, 0, 2),
      versionOf(3, 2, 0, 3),
    ];

    expect(
      selectNewestVersions(versions).map(({ record, position }) => [
        record.id,
        position.offset,
      ]),
    ).toEqual([
      [2, 2],
      [3, 3],
      [10, 1],
    ]);
  });

  test("does not depend on the order of delivery, and nothing is newer", () => {
    fc.assert(
      fc.property(fc.array(version), (versions) => {
        const selected = selectNewestVersions(versions);

        expect(
          selectNewestVersions(versions.toReversed()).map(describeVersion),
        ).toEqual(selected.map(describeVersion));
        expect(selected.map(({ record }) => record.id)).toEqual(
          [...new Set(versions.map(({ record }) => record.id))].sort(
            (one, other) => one - other,
          ),
        );
        for (const { record, position } of versions) {
          const kept = selected.find((other) => other.record.id === record.id);
          expect(
            kept === undefined
              ? Number.NaN
              : compareVersions(position, kept.position),
          ).toBeLessThanOrEqual(0);
        }
      }),
    );
  });
});

function versionOf(
  id: number,
  timestampMs: number,
  partition: number,
  offset: number,
) {
  return {
    record: { id },
    position: { topic: "users", timestampMs, partition, offset },
  };
}

function describeVersion({ record, position }: ReturnType<typeof versionOf>) {
  return [record.id, position.timestampMs, position.partition, position.offset];
}
