import { expect, test } from "vitest";

import { ExpectedDuplicates } from "#shared/domain/expected-duplicates.ts";

test("duplicates are not likely before the first", () => {
  const duplicates = new ExpectedDuplicates();
  duplicates.note(false);

  expect(duplicates.areLikely()).toBe(false);
});

test("duplicates are likely in the 20 micro-batches after one", () => {
  const duplicates = new ExpectedDuplicates();
  duplicates.note(true);

  const answers = Array.from({ length: 22 }, () => {
    const answer = duplicates.areLikely();
    duplicates.note(false);
    return answer;
  });

  expect(answers).toEqual([
    ...Array.from({ length: 20 }, () => true),
    false,
    false,
  ]);
});

test("each further duplicate makes them likely for as long again", () => {
  const duplicates = new ExpectedDuplicates();
  duplicates.note(true);
  for (let at = 0; at < 19; at += 1) duplicates.note(false);
  duplicates.note(true);
  for (let at = 0; at < 19; at += 1) duplicates.note(false);

  expect(duplicates.areLikely()).toBe(true);
});
