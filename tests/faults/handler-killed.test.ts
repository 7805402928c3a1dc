import { afterAll, beforeAll, expect, it, vi } from "vitest";

import type { Connections } from "#compose/embedded/connection-env.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import {
  createFaultPoint,
  type ReachableFaultPoint,
} from "#tests/support/faults/create-fault-point.ts";
import {
  listSessions,
  type SessionState,
} from "#tests/support/faults/list-sessions.ts";
import {
  proxyDatabase,
  type ProxiedDatabase,
} from "#tests/support/faults/through-proxy.ts";
import { listViolations } from "#tests/support/invariants/list-violations.ts";
import { watchProgress } from "#tests/support/invariants/watch-progress.ts";
import { planRecords } from "#tests/support/pipeline/make-plays.ts";
import {
  GROUPS,
  openScene,
  type Scene,
} from "#tests/support/pipeline/scene.ts";
import { startRunnerProcess } from "#tests/support/pipeline/start-runner-process.ts";

const FUNCTION_NAME = "aggregate-micro-batch";
const PLAYS_PER_ROUND = 60;
/** A start of a runner on a busy machine is part of it. */
const WAIT = { timeout: 60_000, interval: 10 };

type Boundary = Pick<ReachableFaultPoint["point"], "span" | "edge">;

/** Moments of an invocation, in its order, and what its session does then. */
const BOUNDARIES: readonly (readonly [
  name: string,
  boundary: Boundary | "in the copy",
  state: SessionState | "absent",
])[] = [
  ["before begin", { span: "transaction", edge: "start" }, "absent"],
  [
    "before the copy",
    { span: "copy facts", edge: "start" },
    "idle in transaction",
  ],
  ["in the copy", "in the copy", "copying"],
  [
    "after the copy",
    { span: "copy facts", edge: "end" },
    "idle in transaction",
  ],
  [
    "after the partial aggregates",
    { span: "add partials", edge: "end" },
    "idle in transaction",
  ],
  [
    "before the commit",
    { span: "commit", edge: "start" },
    "idle in transaction",
  ],
  ["after the commit", { span: "commit", edge: "end" }, "idle"],
  [
    "before the acknowledgement",
    { span: "close windows", edge: "end" },
    "idle",
  ],
];

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene?.close());

it("1: a handler that is killed at any boundary of its work costs no play and counts none twice", async () => {
  await scene.topics.empty(STREAM_EVENTS_TOPIC);
  const portions = BOUNDARIES.map((_, round) => makePortion(round));
  const database = await scene.beginAnew();
  const proxied = await proxyDatabase(database);
  const { owner } = database.databaseUrls;
  const watch = await watchProgress(owner);
  const kills: Record<string, number> = {};

  for (const [round, [name, boundary, state]] of BOUNDARIES.entries()) {
    await scene.topics.send(STREAM_EVENTS_TOPIC, portions[round] ?? []);
    await killAt(boundary, state, database, proxied);
    kills[name] = (kills[name] ?? 0) + 1;
  }
  await proxied.close();

  await scene.withPipeline(database, {}, async (pipeline) => {
    const { plays } = await pipeline.drain();

    expect(plays.late).toBe(0);
    expect(
      await listViolations({
        pipeline,
        database,
        records: await scene.readRecords(),
        watch,
        // What was committed and never acknowledged came again.
        faults: { ...kills, redelivered: plays.redelivered },
      }),
    ).toEqual([]);
  });
  expect(Object.keys(kills)).toHaveLength(BOUNDARIES.length);
});

/** Starts a runner, waits until a handler of its stands at the boundary, and kills it there. */
async function killAt(
  boundary: Boundary | "in the copy",
  state: SessionState | "absent",
  database: Connections,
  proxied: ProxiedDatabase,
): Promise<void> {
  const isCopy = boundary === "in the copy";
  const holds = isCopy
    ? proxied.ingest.cutAt("PGCOPY\n", "at_clients_end", 1)
    : undefined;
  const fault =
    boundary === "in the copy"
      ? undefined
      : await createFaultPoint({ functionName: FUNCTION_NAME, ...boundary });
  const runner = startRunnerProcess(
    scene.settingsFor(proxied.connections, {
      // A redrive copies, too, as the same role.
      hasSchedules: false,
      ...(fault === undefined ? {} : { faultPoint: fault.point }),
    }),
  );
  try {
    await fault?.untilReached();
    await vi.waitUntil(() => holds?.count !== 0, WAIT);
    const states = async () => {
      const sessions = await listSessions(
        scene.dataDir,
        database.databaseUrls.owner,
        FUNCTION_NAME,
      );
      return sessions.map((session) => session.state);
    };
    await vi.waitUntil(async () => {
      const found = await states();
      return state === "absent" ? found.length === 0 : found.includes(state);
    }, WAIT);
  } finally {
    await runner.kill();
    await fault?.remove();
  }
  for (const group of Object.values(GROUPS))
    await scene.topics.expelMembers(group);
}

/** Plays of an hour of their own, some of them malformed, on one partition: one invocation has them all. */
function makePortion(round: number) {
  const [from, to] = [round, round + 1].map(
    (hour) => `2026-03-01T${String(10 + hour).padStart(2, "0")}:00:00Z`,
  );
  return planRecords({
    from: from ?? "",
    to: to ?? "",
    count: PLAYS_PER_ROUND,
    mixIns: { malformed: 0.05 },
  }).map((record) => ({ ...record, partition: round }));
}
