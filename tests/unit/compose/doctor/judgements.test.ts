import { describe, expect, test } from "vitest";

import { judgeListener, judgeTopics } from "#compose/doctor/examine-kafka.ts";
import { judgeMachine } from "#compose/doctor/examine-machine.ts";
import { judgeRoles, judgeSchema } from "#compose/doctor/examine-postgres.ts";
import { judgeLag, judgeLetters } from "#compose/doctor/examine-records.ts";
import { judgeRunner } from "#compose/doctor/examine-runner.ts";
import { examine, type Finding } from "#compose/doctor/finding.ts";
import { isLoopback } from "#compose/doctor/is-loopback.ts";
import { renderFindings } from "#compose/doctor/render-findings.ts";
import { PipelineError } from "#shared/errors.ts";

const GIB = 2 ** 30;
const MACHINE = {
  architecture: "arm64",
  memoryBytes: 3.7 * GIB,
  freeDiskBytes: 20 * GIB,
};
const failWith = (cause: Error) => async (): Promise<never> => {
  throw cause;
};
const TOPICS = [
  { topic: "users", partitions: 3, config: {} },
  { topic: "stream-events", partitions: 10, config: {} },
];
const FOUND = [
  { topic: "users", partitions: 3 },
  { topic: "stream-events", partitions: 12 },
  { topic: "somebody else's", partitions: 1 },
];

const counts = (failed: number, topics = ["users", "stream-events"]) => ({
  kind: "counts" as const,
  functions: [],
  mappings: topics.map((topic) => ({
    topic,
    function: `load-${topic}`,
    counters: { InvokeErrorCount: failed },
  })),
});

/** What is not in order, as one line each. */
const complaints = (findings: readonly Finding[]): string[] =>
  findings
    .filter(({ state }) => state !== "ok")
    .map(({ state, subject, text }) => `${state} ${subject}: ${text}`);

describe("a machine", () => {
  test("with 4 GB, room and 64 bits is in order", () => {
    expect(complaints(judgeMachine(MACHINE, true))).toEqual([]);
  });

  test.each([
    [{ architecture: "arm" }, /^fault processor: arm, /],
    [{ memoryBytes: GIB }, /^warning memory: 1.0 GiB, /],
    [{ freeDiskBytes: 0.5 * GIB }, /^fault disk: 0.5 GiB free/],
    [{ freeDiskBytes: 3 * GIB }, /^warning disk: 3.0 GiB free/],
  ])("with %j is not", (lack, expected) => {
    expect(complaints(judgeMachine({ ...MACHINE, ...lack }, true))).toEqual([
      expect.stringMatching(expected),
    ]);
  });
});

test("a processor of 32 bits will do where the database is elsewhere", () => {
  expect(
    complaints(judgeMachine({ ...MACHINE, architecture: "arm" }, false)),
  ).toEqual([]);
});

describe("a listener that Kafka advertises", () => {
  test("on the loopback is for this machine only, another one is for others, too", () => {
    expect(
      judgeListener({ host: "127.0.0.1", port: 9092 }, true, ["localhost"]),
    ).toEqual(
      expect.objectContaining({
        state: "ok",
        text: expect.stringContaining("from this machine only") as unknown,
      }),
    );
    expect(
      judgeListener({ host: "pi.local", port: 9092 }, true, ["pi.local"]),
    ).toEqual(
      expect.objectContaining({
        state: "ok",
        text: expect.stringContaining("other machines must reach") as unknown,
      }),
    );
  });
});

test("a listener that cannot be reached is a fault, one on the loopback of a Kafka with a name is worth a look", () => {
  expect(
    complaints([
      judgeListener({ host: "broker", port: 29_092 }, false, ["localhost"]),
      judgeListener({ host: "127.0.0.1", port: 9092 }, true, ["pi.local"]),
    ]),
  ).toEqual([
    "fault Kafka: advertises broker:29092, which cannot be reached from here",
    "warning Kafka: is known as pi.local and advertises 127.0.0.1:9092, where other machines look for it on themselves",
  ]);
});

test.each([
  ["localhost", true],
  ["127.0.0.1", true],
  ["[::1]", true],
  ["::1", true],
  ["2001:db8::1", false],
  ["127.example.org", false],
  ["pi.local", false],
])("whether %s is this machine: %s", (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});

describe("topics", () => {
  test("may have more partitions than declared, and others may be there", () => {
    expect(complaints(judgeTopics(TOPICS, FOUND))).toEqual([]);
  });

  test("that are missing or too small are faults", () => {
    expect(
      complaints(
        judgeTopics(
          [...TOPICS, { topic: "songs", partitions: 5, config: {} }],
          [
            { topic: "users", partitions: 3 },
            { topic: "stream-events", partitions: 8 },
          ],
        ),
      ),
    ).toEqual([
      "fault topics: stream-events has 8 partitions, expected 10",
      "fault topics: songs is missing",
    ]);
  });
});

describe("roles", () => {
  const roles = (["owner", "ingest", "closer", "reader"] as const).map(
    (role) => ({ role, name: role, isAlmighty: false }),
  );

  test("of their own without further rights are in order", () => {
    expect(complaints(judgeRoles(roles))).toEqual([]);
  });

  test("are a warning where functions are the owner, or the owner an administrator", () => {
    expect(
      complaints(
        judgeRoles([
          { role: "owner", name: "owner", isAlmighty: true },
          { role: "closer", name: "owner", isAlmighty: true },
        ]),
      ),
    ).toEqual([
      "warning roles: functions work with the rights of owner, who may change every table",
      "warning roles: owner passes all of Postgres's checks, or may lift them",
    ]);
  });

  test("are a fault where a function's may do everything", () => {
    expect(
      complaints(
        judgeRoles([
          ...roles,
          { role: "ingest", name: "ingest", isAlmighty: true },
        ]),
      ),
    ).toEqual([
      "fault roles: ingest passes all of Postgres's checks, or may lift them",
    ]);
  });
});

describe("a schema", () => {
  const known = [
    { version: 1, name: "000001_a.sql", sha256: "a", text: "" },
    { version: 2, name: "000002_b.sql", sha256: "b", text: "" },
  ];

  test("is in order when the migrations are those of this code", () => {
    expect(judgeSchema(known, known)).toMatchObject({ state: "ok" });
  });

  test("that lacks some is told which", () => {
    expect(judgeSchema(known.slice(0, 1), known)).toMatchObject({
      state: "fault",
      text: "lacks 000002_b.sql",
      nextStep: "npm run migrate",
    });
  });

  test("that this code does not know, or that was edited, is refused as migrate does", () => {
    const newer = { version: 3, name: "000003_c.sql", sha256: "c" };
    expect(() => judgeSchema([...known, newer], known)).toThrow(
      "it holds migration 000003_c.sql",
    );
    expect(() =>
      judgeSchema([{ version: 1, name: "000001_a.sql", sha256: "x" }], known),
    ).toThrow("000001_a.sql differs");
  });
});

describe("a runner", () => {
  const topics = ["users", "stream-events"];

  test("that polls everything without a failure is in order", () => {
    expect(complaints(judgeRunner(7, counts(0), topics))).toEqual([]);
  });

  test("that is not there is a fault, as no record is taken", () => {
    expect(
      complaints(
        judgeRunner(undefined, { kind: "unknown", reason: "none" }, topics),
      ),
    ).toEqual([
      "fault runner: none works on this data directory: no record is taken",
    ]);
  });

  test("that serves no metrics leaves its mappings unknown", () => {
    expect(
      complaints(judgeRunner(7, { kind: "unknown", reason: "port 0" }, topics)),
    ).toEqual(["unknown mappings: port 0"]);
  });

  test("whose mappings fail, or do not poll yet, is worth a look", () => {
    expect(complaints(judgeRunner(7, counts(3, ["users"]), topics))).toEqual([
      "warning mappings: nothing polls stream-events yet",
      "warning mappings: of users, since the runner's start: 3 invocations failed; their records come again",
    ]);
  });

  test("whose mappings give records up, or whose schedules fail, is worth a look", () => {
    const [mapping] = counts(0).mappings;
    if (mapping === undefined) throw new Error("There is no mapping.");
    const counters = { DroppedEventCount: 2, OffsetOutOfRangeCount: 1 };
    expect(
      complaints(
        judgeRunner(
          7,
          {
            kind: "counts",
            functions: [
              {
                function: "close-windows",
                invocationCount: 9,
                errors: { Unhandled: 4 },
                meanSeconds: 0,
                p95Seconds: 0,
              },
            ],
            mappings: [{ ...mapping, counters }],
          },
          ["users"],
        ),
      ),
    ).toEqual([
      "warning mappings: of users, since the runner's start: 2 records were given up",
      "warning mappings: of users, since the runner's start: 1 times a partition went on elsewhere, as its offset was gone",
      "warning functions: close-windows has failed since the runner's start: 4 Unhandled",
    ]);
  });
});

test("orphans come by themselves, other letters need somebody", () => {
  expect(complaints(judgeLetters([]))).toEqual([]);
  expect(
    complaints(
      judgeLetters([
        { reason: "unknown_reference", count: 1200 },
        { reason: "malformed_json", count: 2 },
        { reason: "invalid_value", count: 1 },
      ]),
    ),
  ).toEqual([
    "warning orphans: 1,200 records wait for a row that they refer to",
    "warning dead letters: 2 malformed_json, 1 invalid_value wait",
  ]);
});

test("lag is worth a look from a minute on, and where nobody knows how old it is", () => {
  const topic = "users";
  expect(
    complaints(
      judgeLag([
        { topic, lag: 5000, lagSeconds: 59 },
        { topic, lag: 0, lagSeconds: null },
      ]),
    ),
  ).toEqual([]);
  expect(
    complaints(
      judgeLag([
        { topic, lag: 5000, lagSeconds: 61 },
        { topic, lag: 1, lagSeconds: null },
      ]),
    ),
  ).toEqual([
    "warning lag: users has 5,000 records that nobody has taken, the oldest for 61 s",
    "warning lag: users has 1 records that nobody has taken",
  ]);
});

test("an error of this project is a fault, any other leaves unknown what was to be looked at", async () => {
  const ours = new PipelineError("Nothing runs. Start it.", {
    code: "not_running",
    domain: "user",
  });

  expect(complaints(await examine("Kafka", failWith(ours)))).toEqual([
    "fault Kafka: Nothing runs. Start it.",
  ]);
  expect(
    complaints(await examine("runner", failWith(new TypeError("x is no pid")))),
  ).toEqual(["unknown runner: could not be looked at: TypeError: x is no pid"]);
});

test("findings are shown one a line, with the next step below and a sum", () => {
  expect(
    renderFindings([
      { subject: "Java", state: "ok", text: "java" },
      {
        subject: "topics",
        state: "fault",
        text: "users is missing",
        nextStep: "npm run topics",
      },
      { subject: "Kafka", state: "fault", text: "one\n  two" },
    ]),
  ).toBe(
    [
      "ok       Java    java",
      "FAULT    topics  users is missing",
      "                 -> npm run topics.",
      "FAULT    Kafka   one",
      "                 two",
      "2 faults, 0 warnings, 0 unknown, 1 in order.",
    ].join("\n"),
  );
});
