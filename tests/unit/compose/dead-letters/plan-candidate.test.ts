import { expect, test } from "vitest";

import { planCandidate } from "#compose/dead-letters/plan-candidate.ts";
import type { DueLetter } from "#shared/ports/redrive-store.ts";
import { makeRecord } from "#tests/support/rows/make-records.ts";
import { makeLetter } from "./make-letter.ts";

const PLAY = letterOf(makeRecord({ id: 1 }));
const MENDED = makeRecord({ id: 1, userId: 7 }).value;
const ROW = letterOf({
  ...makeRecord({ id: 1 }),
  topic: "users",
  key: Buffer.from("7"),
  value: Buffer.from('{"user_id":7,"username":"a"}'),
});
const USER_7 = [{ field: "user_id", text: "7" }];

test("a play goes as it was", () => {
  expect(planCandidate(PLAY, [])).toEqual({
    kind: "play",
    letter: PLAY,
    value: PLAY.record.value,
    isMended: false,
  });
});

test("a play goes mended, and as it was mended before where nothing is changed now", () => {
  expect(planCandidate(PLAY, USER_7)).toMatchObject({
    value: MENDED,
    isMended: true,
  });
  expect(planCandidate({ ...PLAY, mendedValue: MENDED }, [])).toMatchObject({
    value: MENDED,
    isMended: true,
  });
  expect(
    planCandidate({ ...PLAY, mendedValue: MENDED }, [
      { field: "song_id", text: "8" },
    ]),
  ).toMatchObject({ value: makeRecord({ id: 1, userId: 7, songId: 8 }).value });
});

test("a version of a dimension is applied as it was, and sent where it is mended", () => {
  expect(planCandidate(ROW, [])).toEqual({ kind: "version" });
  expect(planCandidate(ROW, [{ field: "user_id", text: "8" }])).toEqual({
    kind: "new_version",
    letter: ROW,
    key: new TextEncoder().encode("8"),
    value: new TextEncoder().encode('{"user_id":8,"username":"a"}'),
  });
});

test("what would still be invalid stays, and says why", () => {
  const broken = letterOf({ ...PLAY.record, value: Buffer.from("{}") });

  expect(planCandidate(broken, USER_7)).toEqual({
    kind: "none",
    why: "still invalid: /event_id: is missing",
  });
});

test.for(["dead-letter-queue", "others"])("records of %s stay", (topic) => {
  const letter = letterOf({ ...PLAY.record, topic });

  for (const changes of [[], USER_7])
    expect(planCandidate(letter, changes)).toEqual({
      kind: "none",
      why: `records of ${topic} are not sent again; export it and bury it`,
    });
});

function letterOf(record: DueLetter["record"]): DueLetter {
  return makeLetter({ record });
}
