import { describe, expect, test } from "vitest";

import type { ListedLetter } from "#compose/dead-letters/letter-reader.ts";
import { renderCounts } from "#compose/dead-letters/render-counts.ts";
import { renderList } from "#compose/dead-letters/render-list.ts";

const TIME = "2026-01-15T12:00:01.500Z";
const LETTER: ListedLetter = {
  id: "12",
  state: "waiting",
  resolution: null,
  reason: "invalid_schema",
  detail: "/user_id: expected an id",
  missingReferences: [],
  topic: "stream-events",
  partition: 3,
  offset: 1041,
  takenAt: TIME,
  attempt: 1,
  dueAt: null,
};
const COUNT = {
  reason: "invalid_schema",
  topic: "stream-events",
  state: "waiting",
  letterCount: 2,
  oldestAt: "2026-01-15T12:00:00.000Z",
  newestAt: "2026-01-15T13:00:00.000Z",
} as const;

describe("a list of letters", () => {
  test("is a table, a letter a line", () => {
    const text = renderList({ letters: [LETTER], totalCount: 1 });

    expect(readCells(text)).toEqual([
      ["letter", "state", "reason", "record", "taken", "attempt", "detail"],
      [
        "12",
        "waiting",
        "invalid_schema",
        "stream-events-3-1041",
        TIME,
        "1",
        "/user_id: expected an id",
      ],
    ]);
    expect(text).not.toContain("older ones");
  });

  test("says how a letter ended, when it is due, and how many more there are", () => {
    const letters = [
      { ...LETTER, state: "resolved", resolution: "landed" } as const,
      { ...LETTER, dueAt: TIME },
    ];

    const text = renderList({ letters, totalCount: 30 });

    expect(readCells(text).map((cells) => [cells[1], cells[6]])).toEqual([
      ["state", "detail"],
      ["resolved, landed", "/user_id: expected an id"],
      ["waiting", `due ${TIME}; /user_id: expected an id`],
    ]);
    expect(text).toMatch(/\n28 older ones: --limit shows more\.$/);
  });

  test("has room for no detail without an end, and obeys nobody", () => {
    const letters = [
      { ...LETTER, detail: `\u001B${"x".repeat(100)}` },
      { ...LETTER, detail: "x".repeat(60) },
    ];

    const [, long, short] = readCells(renderList({ letters, totalCount: 2 }));

    expect(long?.[6]).toBe(`${String.raw`\u{001b}`}${"x".repeat(51)}…`);
    expect(short?.[6]).toBe("x".repeat(60));
  });

  test("without a letter says so", () => {
    expect(renderList({ letters: [], totalCount: 0 })).toBe(
      "No dead letter fits.",
    );
  });
});

describe("letters counted", () => {
  test("are a line for each reason and topic, with their states and their time", () => {
    const counts = [
      COUNT,
      {
        ...COUNT,
        state: "buried",
        letterCount: 5,
        oldestAt: "2026-01-14T12:00:00.000Z",
        newestAt: "2026-01-14T13:00:00.000Z",
      } as const,
      { ...COUNT, topic: "users", state: "resolved", letterCount: 1 } as const,
    ];

    expect(readCells(renderCounts(counts, []))).toEqual([
      [
        "reason",
        "topic",
        "waiting",
        "redriven",
        "resolved",
        "buried",
        "oldest",
        "newest",
      ],
      [
        "invalid_schema",
        "stream-events",
        "2",
        "0",
        "0",
        "5",
        "2026-01-14T12:00:00.000Z",
        "2026-01-15T13:00:00.000Z",
      ],
      [
        "invalid_schema",
        "users",
        "0",
        "0",
        "1",
        "0",
        COUNT.oldestAt,
        COUNT.newestAt,
      ],
    ]);
  });

  test("say what most of them wait for", () => {
    const awaited = [
      { dimension: "users", id: 9, letterCount: 2 },
      { dimension: "songs", id: 8, letterCount: 1 },
    ];

    expect(renderCounts([COUNT], awaited).split("\n").at(-1)).toBe(
      "Waited for: users 9 (2 letters), songs 8 (1 letter)",
    );
  });

  test("are none where none fits", () => {
    expect(renderCounts([], [])).toBe("No dead letter fits.");
  });
});

/** The cells of a table's lines, without its frame. */
function readCells(text: string): string[][] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("│"))
    .map((line) =>
      line
        .split("│")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}
