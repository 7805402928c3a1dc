import * as fc from "fast-check";
import { expect, test } from "vitest";

import {
  createReferences,
  KnownReferences,
} from "#shared/domain/known-references.ts";
import { makeMicroBatch } from "#tests/support/rows/make-records.ts";

const GREATEST_ID = 2_147_483_647;
const NOTHING = createReferences();

const playsOf = (...userIds: number[]) =>
  makeMicroBatch(userIds.map((userId, index) => ({ id: index + 1, userId })))
    .plays;

const unknownUsers = (known: KnownReferences, ...userIds: number[]) => [
  ...known.listUnknown(playsOf(...userIds)).users,
];

test("at first each id is unknown, once, in every dimension", () => {
  const unknown = new KnownReferences().listUnknown(playsOf(3, 4, 3));

  expect(unknown.users).toEqual(new Set([3, 4]));
  expect(Object.values(unknown).map(({ size }) => size)).toEqual([
    2, 1, 1, 1, 1, 1,
  ]);
});

test("what was found is known from then on, what is missing is asked for again", () => {
  const known = new KnownReferences();
  const plays = playsOf(3, 4);

  known.learn(known.listUnknown(plays), {
    ...NOTHING,
    users: new Set([4]),
  });

  expect(known.listUnknown(plays)).toEqual({
    ...NOTHING,
    users: new Set([4]),
  });
});

test("an id known in one dimension is not known in another", () => {
  const known = new KnownReferences();
  known.learn({ ...NOTHING, songs: new Set([3]) }, NOTHING);

  expect(unknownUsers(known, 3)).toEqual([3]);
});

test("after forgetting every id is unknown", () => {
  const known = new KnownReferences();
  known.learn({ ...NOTHING, users: new Set([3]) }, NOTHING);

  known.forget();

  expect(unknownUsers(known, 3)).toEqual([3]);
});

test("exactly the ids learnt are known, wherever they lie", () => {
  const anyIds = fc.array(
    fc.oneof(
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 32_700, max: 32_800 }),
      fc.integer({ min: 1, max: GREATEST_ID }),
      fc.constant(GREATEST_ID),
    ),
    { maxLength: 50 },
  );
  fc.assert(
    fc.property(anyIds, anyIds, (learnt, asked) => {
      const known = new KnownReferences();
      known.learn({ ...NOTHING, users: new Set(learnt) }, NOTHING);

      expect(unknownUsers(known, ...asked)).toEqual([
        ...new Set(asked.filter((id) => !learnt.includes(id))),
      ]);
    }),
  );
});

test("more ids than are kept are asked for again, and never taken for known", () => {
  const known = new KnownReferences();
  const scattered = Array.from(
    { length: 1030 },
    (_, index) => index * 40_000 + 1,
  );
  for (const id of scattered)
    known.learn({ ...NOTHING, users: new Set([id]) }, NOTHING);

  expect(unknownUsers(known, 1, 40_002)).toEqual([1, 40_002]);
  expect(unknownUsers(known, scattered.at(-1) ?? 0)).toEqual([]);
});
