import { expect, test } from "vitest";

import {
  renderStatusLine,
  renderStatusTables,
} from "#compose/runner/render-status.ts";
import { DRAINED } from "./fakes.ts";

test("the line holds everything in one line", () => {
  const [users, plays] = DRAINED.topics;
  const topics = [
    users,
    plays && { ...plays, lag: 1200, lagSeconds: 12.4 },
  ].filter((topic) => topic !== undefined);

  const letters = {
    waiting: 9,
    due: 1,
    redriven: 2,
    resolved: 28,
    buried: 1,
    oldestWaitingAt: "2026-01-01T11:00:00.000000Z",
    oldestWaitingSeconds: 3600.2,
  };
  const line = renderStatusLine({
    status: { ...DRAINED, topics, letters },
    playsPerSecond: 8123.4,
    phase: "Live",
  });

  expect(line).toBe(
    "2026-01-01T12:00:00.000Z | Live | plays/s 8,123 | lag stream-events 1,200 (12 s) | watermark 2026-01-01T11:50:00.000Z (600 s behind) | windows minutes 0 open 36 closed, hourly 0 open 3 closed | accepted 99,900 | duplicate 60 | late 7 | rejected 40 (malformed_json 30, unknown_reference 10) | dead letters 9 waiting since 2026-01-01T11:00:00.000000Z (3,600 s), 2 redriven, 28 resolved, 1 buried",
  );
});

test("an empty pipeline is shown without gaps", () => {
  const status = { ...DRAINED, watermark: null, windows: [], rejected: {} };

  expect(renderStatusLine({ status, playsPerSecond: undefined })).toContain(
    "plays/s - | lag 0 | watermark none | windows none |",
  );
});

test("windows that plays came too late for are one line, newest first", () => {
  const late = { lateCount: 1200, greatestLatenessSeconds: 3661 };
  const lateWindows = [
    { kind: "minutes", start: "2026-01-01T11:05:00Z", ...late },
    { kind: "hourly", start: "2026-01-01T11:00:00Z", ...late },
  ];

  const text = renderStatusTables({
    status: { ...DRAINED, lateWindows },
    playsPerSecond: 20,
  });

  expect(text.split("\n").at(-1)).toBe(
    "late for minutes 2026-01-01T11:05:00Z 1,200 up to 3,661 s, hourly 2026-01-01T11:00:00Z 1,200 up to 3,661 s",
  );
});

test("the tables name every topic with its lag, every window size and every problem", () => {
  const text = renderStatusTables({
    status: DRAINED,
    playsPerSecond: 20,
    problems: ["users: Postgres is down"],
  });

  expect(text).toMatch(/│ stream-events │ 100,000 │ +0 │ +0 s │/);
  expect(text).toMatch(
    /│ hourly +│ +0 │ +0 │ +0 │ +3 │ 2026-01-01T11:00:00Z │/,
  );
  expect(text).toContain(
    "plays/s 20   accepted 99,900   duplicate 60   late 7   watermark 2026-01-01T11:50:00.000Z (600 s behind)\n",
  );
  expect(text).toContain(
    "rejected 40 (malformed_json 30, unknown_reference 10)\n",
  );
  expect(text).toContain("PROBLEM: users: Postgres is down");
});
