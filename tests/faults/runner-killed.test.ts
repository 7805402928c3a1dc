import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";

import {
  openCommandStack,
  readPlayCounts,
  STACK_TIMEOUT_MS,
  type CommandStack,
} from "#tests/integration/compose/runner/command-stack.ts";
import { scrapeValues } from "#tests/support/prometheus/scrape.ts";

const counts = z.record(z.string(), z.number());
const statusSchema = z.object({
  topics: z.array(z.object({ topic: z.string(), lag: z.number() })),
  windows: z.array(
    z.object({
      openCount: z.number(),
      dueCount: z.number(),
      markedCount: z.number(),
    }),
  ),
  plays: counts,
  rejected: counts,
  runner: z.object({
    kind: z.literal("counts"),
    functions: z.array(
      z.object({ function: z.string(), invocationCount: z.number() }),
    ),
    mappings: z.array(z.object({ topic: z.string(), counters: counts })),
  }),
});

let stack: CommandStack;
beforeAll(async () => {
  stack = await openCommandStack({ hasKafka: true });
});
afterAll(() => stack?.close());

async function readStatus() {
  const { stdout } = await stack.run("status", "--json");
  const status = statusSchema.parse(JSON.parse(stdout));
  return {
    ...status,
    lag: status.topics.reduce((sum, { lag }) => sum + lag, 0),
  };
}

test(
  "37: a start that is told to stop goes on where it stopped at the next one",
  { timeout: STACK_TIMEOUT_MS },
  async () => {
    const live = stack.spawn("start", "--plays", "3000");
    await live.waitFor(
      "Live. Ctrl-C stops everything in order. Dashboards: http://127.0.0.1:",
    );
    await live.waitFor("| plays/s 20 |");
    // npm passes the terminal's signal on, so that a runner gets it twice.
    live.signal("SIGINT");
    live.signal("SIGINT");
    await expect(live.ended).resolves.toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/Stopped\.\n$/),
    });

    const { exitCode, stdout } = await stack.run(
      "start",
      "--exit-when-drained",
    );

    expect(exitCode).toBe(0);
    const [count = ""] = readPlayCounts(stdout);
    const plays = Number(count.replace(",", ""));
    expect(plays).toBeGreaterThan(3000);
    // Not the backfill again.
    expect(plays).toBeLessThan(6000);
  },
);

test(
  "37: the commands work on a running stack, which outlives a killed runner",
  { timeout: STACK_TIMEOUT_MS },
  async () => {
    const first = stack.spawn("up");
    await first.waitFor(
      `ready: connection settings are in ${join(stack.dataDir, "connection.env")}\n`,
    );
    const before = await readStatus();

    await expect(stack.run("up")).resolves.toMatchObject({
      exitCode: 1,
      stderr: `A runner (pid ${first.pid}) already works on ${stack.dataDir}. See what it does with npm run status, or stop it with npm run down.\n`,
    });
    await expect(stack.run("topics")).resolves.toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("stream-events: 10 partitions, kept\n"),
    });
    await expect(
      stack.run("produce", "--count", "1000", "--malformed", "2%"),
    ).resolves.toMatchObject({ exitCode: 0 });
    await expect(stack.run("drain", "--close-windows")).resolves.toMatchObject({
      exitCode: 0,
      stdout: "Drained, all windows closed.\n",
    });
    const after = await readStatus();
    expect(after.lag).toBe(0);
    expect(
      after.windows.every(
        ({ openCount, dueCount, markedCount }) =>
          openCount + dueCount + markedCount === 0,
      ),
    ).toBe(true);
    const rejected = Object.values(after.rejected).reduce(
      (sum, count) => sum + count,
      0,
    );
    expect(rejected).toBeGreaterThan(0);
    expect(after.plays["accepted"]).toBe(
      (before.plays["accepted"] ?? 0) + 1000 - rejected,
    );
    const metrics = await scrapeValues(
      Number(stack.environment["METRICS_PORT"]),
    );
    expect(metrics["streaming_plays_accepted_total"]).toBe(
      after.plays["accepted"],
    );
    for (const invoked of ["aggregate-micro-batch", "close-windows"]) {
      const shown = after.runner.functions.find(
        (counted) => counted.function === invoked,
      );
      expect(shown?.invocationCount).toBeGreaterThan(0);
      // The closer's schedule goes on.
      expect(
        metrics[
          `streaming_invocation_duration_seconds_count{function="${invoked}"}`
        ],
      ).toBeGreaterThanOrEqual(shown?.invocationCount ?? Infinity);
    }
    const ofPlays = after.runner.mappings.find(
      ({ topic }) => topic === "stream-events",
    );
    expect(ofPlays?.counters).toMatchObject({
      PolledEventCount: 1000,
      CommittedEventCount: 1000,
    });

    // Plays that nobody has handled yet.
    await expect(
      stack.run("produce", "--count", "1000"),
    ).resolves.toMatchObject({ exitCode: 0 });
    first.signal("SIGKILL");
    await first.ended;
    const second = stack.spawn("up");
    await second.waitFor("ready: ");
    await expect(stack.run("drain", "--close-windows")).resolves.toMatchObject({
      exitCode: 0,
    });
    const goneOn = await readStatus();
    expect(goneOn.plays["accepted"]).toBe(
      (after.plays["accepted"] ?? 0) + 1000,
    );
    await expect(stack.run("validate", "--no-reports")).resolves.toMatchObject({
      exitCode: 0,
    });
    const downed = await stack.run("down");

    expect(downed).toMatchObject({
      exitCode: 0,
      stdout: "Stopped the runner with its servers.\n",
    });
    const { exitCode, stdout } = await second.ended;
    expect(exitCode).toBe(0);
    expect(stdout).toContain("already running");
    await expect(stack.run("status")).resolves.toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("Nothing runs on"),
    });
  },
);
