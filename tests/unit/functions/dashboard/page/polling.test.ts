import { expect, it, test } from "vitest";

import {
  INITIAL_POLLING,
  stepPolling,
  type NextStep,
  type PollingEvent,
} from "#functions/dashboard/page/polling/polling.ts";
import { readReply } from "#functions/dashboard/page/polling/reply.ts";
import { describeConnection } from "#functions/dashboard/page/polling/describe-connection.ts";

/** What is to be done after each of these events. */
function follow(events: readonly PollingEvent[]): NextStep[] {
  let polling = INITIAL_POLLING;
  return events.map((event) => {
    const step = stepPolling(polling, event);
    polling = step.polling;
    return step.next;
  });
}

const lastOf = (...events: PollingEvent[]) => follow(events).at(-1);
const waitFor = (delayMs: number): NextStep => ({ kind: "wait", delayMs });

it("an answer is asked for again after 5 s", () => {
  expect(follow(["asked", "answered"])).toEqual([
    { kind: "nothing" },
    waitFor(5000),
  ]);
});

it("a hidden tab asks once a minute, and at once when it is seen again", () => {
  expect(
    follow(["asked", "answered", "hidden", "asked", "answered", "visible"]),
  ).toEqual([
    { kind: "nothing" },
    waitFor(5000),
    waitFor(60_000),
    { kind: "nothing" },
    waitFor(60_000),
    { kind: "ask" },
  ]);
});

it("failures double the time up to a minute, and an answer forgets them", () => {
  const failures = Array.from(
    { length: 6 },
    () => ["asked", "failed"] as const,
  ).flat();

  const waits = follow([...failures, "asked", "answered"]).filter(
    ({ kind }) => kind === "wait",
  );

  expect(waits).toEqual(
    [10_000, 20_000, 40_000, 60_000, 60_000, 60_000, 5000].map(waitFor),
  );
});

it("nothing is asked for while a request is under way", () => {
  expect(lastOf("asked", "visible")).toEqual({ kind: "nothing" });
  expect(lastOf("asked", "network-changed")).toEqual({ kind: "nothing" });
  expect(lastOf("asked", "hidden")).toEqual({ kind: "nothing" });
});

it("a network that goes or comes is asked for at once, whatever failed before", () => {
  expect(
    lastOf("asked", "failed", "asked", "failed", "network-changed"),
  ).toEqual({ kind: "ask" });
});

it("what the server refuses is asked for once a minute only", () => {
  expect(lastOf("asked", "refused")).toEqual(waitFor(60_000));
});

/** What an answer of the server's comes as. */
const ANSWER = {
  dashboard: "devices",
  title: "Devices",
  period: "1h",
  from: "2026-11-28T13:00:00Z",
  until: "2026-11-28T14:00:00Z",
  bucketSeconds: 300,
  newestPlayAt: null,
  charts: [
    {
      id: "os",
      title: "Streams",
      kind: "bar",
      columns: [{ name: "os", label: "OS", unit: "text", role: "category" }],
      rows: [["iOS"]],
      provisional: [false],
    },
  ],
};

it("an answer is read with its ETag, and what is not newer is unchanged", async () => {
  const headers = { etag: 'W/"1"' };

  expect(
    await readReply(new Response(JSON.stringify(ANSWER), { headers })),
  ).toEqual({ kind: "answered", answer: ANSWER, etag: 'W/"1"' });
  expect(await readReply(new Response(null, { status: 304 }))).toEqual({
    kind: "unchanged",
  });
});

test.for([
  [400, "refused"],
  [404, "refused"],
  [401, "unavailable"],
  [403, "unavailable"],
  [408, "unavailable"],
  [421, "unavailable"],
  [429, "unavailable"],
  [500, "unavailable"],
  [503, "unavailable"],
] as const)("after a %d the answer is %s", async ([status, kind]) => {
  const body = JSON.stringify({ error: "expected one of 1h, 24h" });

  expect(await readReply(new Response(body, { status }))).toEqual({
    kind,
    message: "expected one of 1h, 24h",
  });
  expect(await readReply(new Response("<p>", { status }))).toEqual({
    kind,
    message: `HTTP status ${status}`,
  });
});

test.for([
  ["a page to sign in", "<!doctype html><p>Sign in"],
  ["nothing", ""],
  ["null", "null"],
  ["a list", "[]"],
  ["an error", JSON.stringify({ error: "none" })],
  ["no charts", JSON.stringify({ ...ANSWER, charts: undefined })],
  ["no time", JSON.stringify({ ...ANSWER, until: "tomorrow" })],
  [
    "a chart without rows",
    JSON.stringify({ ...ANSWER, charts: [{ id: "os" }] }),
  ],
  [
    "a row that is none",
    JSON.stringify({
      ...ANSWER,
      charts: ANSWER.charts.map((chart) => ({ ...chart, rows: [null] })),
    }),
  ],
] as const)("a 200 with %s is no answer", async ([, body]) => {
  expect(await readReply(new Response(body))).toMatchObject({
    kind: "unavailable",
  });
});

test.for([
  ["answered", ""],
  ["unchanged", ""],
  ["refused", ""],
  [
    "unreachable",
    "No connection. These are the figures of 14:05:06 UTC; trying again.",
  ],
  [
    "unavailable",
    "The server has no figures at the moment. These are the figures of 14:05:06 UTC; trying again.",
  ],
] as const)("after %s the page says: %s", ([kind, text]) => {
  expect(describeConnection({ kind }, Date.UTC(2026, 10, 28, 14, 5, 6))).toBe(
    text,
  );
});

it("without figures the page promises none", () => {
  expect(describeConnection({ kind: "unreachable" }, undefined)).toBe(
    "No connection. Trying again.",
  );
});
