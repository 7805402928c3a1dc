import { setImmediate as turn } from "node:timers/promises";

import * as fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";

import { BatchProgress } from "#compose/event-source-mapping/batch-progress.ts";
import { CommitQueue } from "#compose/event-source-mapping/commit-queue.ts";
import {
  PartitionRegister,
  type Occupation,
} from "#compose/event-source-mapping/partition-register.ts";
import { CommitModel } from "./commit-model.ts";
import {
  MappingInMemory,
  PARTITIONS,
  RECORDS,
  type Answer,
} from "./mapping-in-memory.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

test("12: whatever fails, the group has each partition's lowest record without an outcome as its offset, as soon as it answers", async () => {
  const report = await fc.check(obeyRule(fc.commands(work, LENGTH)), {
    numRuns: 200,
  });

  expect(await fc.asyncDefaultReportMessage(report)).toBeUndefined();
});

test("12: whoever takes partitions away and gives them back, the group is asked for no offset beyond that record, for none of another member's, and in the end for all", async () => {
  const report = await fc.check(
    obeyRule(fc.commands([...work, ...rebalances], LENGTH)),
    { numRuns: 300 },
  );

  expect(await fc.asyncDefaultReportMessage(report)).toBeUndefined();
});

/** Hands partitions out as if one record more had come to its outcome. */
class EagerRegister extends PartitionRegister {
  override occupy(partitions: readonly number[]): Occupation {
    const occupation = super.occupy(partitions);
    return {
      ...occupation,
      markHandled: (partition, nextOffset) =>
        occupation.markHandled(partition, nextOffset + 1),
    };
  }
}

/** Mappings with one mistake each. */
const WRONG: readonly (readonly [
  mistake: string,
  plant: () => typeof PartitionRegister,
])[] = [
  [
    "advances a partition to the newest record with an outcome",
    () => {
      vi.spyOn(BatchProgress.prototype, "resolve").mockImplementation(
        ({ records }) => {
          const newest = records.at(-1);
          return newest === undefined
            ? null
            : { nextOffset: Number(newest.offset) + 1, eventCount: 1 };
        },
      );
      return PartitionRegister;
    },
  ],
  ["commits one record too many", () => EagerRegister],
  [
    "commits after a rebalance what was to be committed before",
    () => {
      vi.spyOn(CommitQueue.prototype, "clear").mockReturnValue();
      return PartitionRegister;
    },
  ],
];

test.for(WRONG)("12: the model finds a mapping that %s", async ([, plant]) => {
  const { failed } = await fc.check(
    obeyRule(fc.commands([...work, ...rebalances], LENGTH), plant()),
    { numRuns: 2000, endOnFailure: true },
  );

  expect(failed).toBe(true);
});

type Command = fc.AsyncCommand<CommitModel, MappingInMemory>;

function command(
  name: string,
  work: (model: CommitModel, real: MappingInMemory) => void,
): Command {
  return {
    check: () => true,
    run: async (model, real) => {
      work(model, real);
      await settle();
      expect(real.group.faults).toEqual([]);
      expect(real.overlaps).toEqual([]);
      if (model.isExact && real.group.pendingCommits === 0)
        expectCommitted(model);
    },
    toString: () => name,
  };
}

const partition = fc.constantFrom(...PARTITIONS);
const answer: fc.Arbitrary<Answer> = fc.oneof(
  fc.constantFrom<Answer[]>("success", "success", "error", "throttle", "crash"),
  fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 4 }),
);
const LENGTH = { maxCommands: 60 };
/** What happens to records, and to the commits of their partitions. */
const work: fc.Arbitrary<Command>[] = [
  fc
    .tuple(partition, fc.integer({ min: 1, max: 5 }))
    .map(([from, count]) =>
      command(`fetch ${count} of ${from}`, (_, { group }) =>
        group.fetch(from, count),
      ),
    ),
  fc
    .tuple(fc.nat({ max: 4 }), answer)
    .map(([index, given]) =>
      command(`invocation ${index}: ${JSON.stringify(given)}`, (_, real) =>
        real.answer(index, given),
      ),
    ),
  fc
    .boolean()
    .map((isTaken) =>
      command(`commit: ${isTaken ? "taken" : "failed"}`, (_, { group }) =>
        group.answerCommit(isTaken),
      ),
    ),
];
/** What the group does to its members. */
const rebalances: fc.Arbitrary<Command>[] = [
  fc.subarray([...PARTITIONS]).map((owned) =>
    command(`rebalance to ${owned.join(", ")}`, (model, { group }) => {
      model.isExact = false;
      group.assign(owned);
    }),
  ),
  fc.tuple(partition, fc.integer({ min: 1, max: 4 })).map(([of, count]) =>
    command(`another member handles ${count} of ${of}`, (model) => {
      if (!model.owned.has(of)) model.handleElsewhere(of, count);
    }),
  ),
];

function obeyRule(
  commands: fc.Arbitrary<Iterable<Command>>,
  Register = PartitionRegister,
) {
  const plan = fc.record({
    batchSize: fc.integer({ min: 1, max: 10 }),
    maximumInvocations: fc.integer({ min: 1, max: 3 }),
    bisects: fc.boolean(),
    partialFailures: fc.constantFrom("listed" as const, "from_lowest" as const),
  });
  return fc.asyncProperty(plan, commands, async (given, steps) => {
    const model = new CommitModel(PARTITIONS.length, RECORDS);
    const real = new MappingInMemory(model, given, Register);
    real.group.assign(PARTITIONS);
    await settle();
    await fc.asyncModelRun(() => ({ model, real }), steps);
    await comeToRest(model, real);
  });
}

/** Everything goes well from here on: all records come to their outcome, and the group learns of it. */
async function comeToRest(
  model: CommitModel,
  real: MappingInMemory,
): Promise<void> {
  if (model.owned.size < PARTITIONS.length) real.group.assign(PARTITIONS);
  // More rounds than records can take one by one, each with a few failures left over.
  for (let round = 0; round < PARTITIONS.length * RECORDS * 2; round += 1) {
    await settle();
    for (const from of PARTITIONS) real.group.fetch(from, RECORDS);
    real.answer(0, "success");
    real.group.answerCommit(true);
  }
  await settle();
  expect(real.group.faults).toEqual([]);
  expect(PARTITIONS.map((of) => model.committed(of))).toEqual(
    PARTITIONS.map(() => RECORDS),
  );
}

function expectCommitted(model: CommitModel): void {
  expect(PARTITIONS.map((of) => model.committed(of))).toEqual(
    PARTITIONS.map((of) => model.lowestUnsettled(of)),
  );
}

/** Lets everything go on until it waits for the function or the group. */
async function settle(): Promise<void> {
  for (let turns = 0; turns < 3; turns += 1) await turn();
}
