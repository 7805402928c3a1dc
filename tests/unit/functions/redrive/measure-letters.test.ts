import { expect, test } from "vitest";

import { measureLetters } from "#functions/redrive/measure-letters.ts";

test("letters are measured by their state, and where none waits the oldest has waited for no time", async () => {
  const measure = measureLetters({
    readLetters: async () => ({
      waiting: 0,
      redriven: 2,
      resolved: 3,
      buried: 4,
      due: 5,
      oldestWaitingAt: null,
      oldestWaitingSeconds: null,
    }),
  });

  expect(await measure()).toEqual([
    { name: "DeadLetters", value: 0, dimensions: { state: "waiting" } },
    { name: "DeadLetters", value: 2, dimensions: { state: "redriven" } },
    { name: "DeadLetters", value: 3, dimensions: { state: "resolved" } },
    { name: "DeadLetters", value: 4, dimensions: { state: "buried" } },
    { name: "DeadLettersDue", value: 5 },
    { name: "DeadLetterOldestWaitingSeconds", value: 0 },
  ]);
});
