import {
  assert,
  asyncProperty,
  constant,
  nat,
  record,
  subarray,
  uniqueArray,
} from "fast-check";
import { expect, test } from "vitest";

import { shrinkActions } from "#tests/soak/shrink-actions.ts";

const always = () => true;

test("what is left fails, and no single action can be left out of it", async () => {
  const sequences = uniqueArray(nat(), { minLength: 1, maxLength: 30 }).chain(
    (actions) =>
      record({
        actions: constant(actions),
        culprits: subarray(actions, { minLength: 1 }),
      }),
  );
  await assert(
    asyncProperty(sequences, async ({ actions, culprits }) => {
      const shrunk = await shrinkActions(
        actions,
        async (kept) => culprits.every((culprit) => kept.includes(culprit)),
        always,
      );

      expect(shrunk).toEqual(culprits);
    }),
  );
});

test("out of time it gives what fails so far", async () => {
  let tries = 0;
  const shrunk = await shrinkActions(
    [1, 2, 3, 4, 5, 6, 7, 8],
    async (kept) => kept.includes(8),
    () => (tries += 1) <= 1,
  );

  expect(shrunk).toEqual([5, 6, 7, 8]);
});
