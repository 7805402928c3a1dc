import { access, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";

import { readConnectionEnv } from "#compose/embedded/connection-env.ts";
import { findFreePort } from "#compose/embedded/ports.ts";
import { stopStack } from "#compose/embedded/stack.ts";
import { scrapeValues } from "#tests/support/prometheus/scrape.ts";
import {
  runToEnd,
  spawnCommand,
  type CommandResult,
} from "#tests/integration/compose/cli/spawn-command.ts";

// A JVM start and the 10 s that Kafka waits for the members of a killed runner do not fit into the usual time-out.
const TIMEOUT_MS = 180_000;

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

let dataDir = "";
let environment: Record<string, string> = {};
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "whole-stack-"));
  environment = {
    KAFKA_PORT: String(await findFreePort()),
    POSTGRES_PORT: String(await findFreePort()),
    METRICS_PORT: String(await findFreePort()),
  };
});
afterAll(async () => {
  await stopStack({ dataDir });
  await rm(dataDir, { recursive: true });
});

function run(name: string, ...args: string[]): Promise<CommandResult> {
  return runToEnd(name, {
    args: ["--data-dir", dataDir, ...args],
    environment,
  });
}

function spawn(name: string, ...args: string[]) {
  return spawnCommand(name, {
    args: ["--data-dir", dataDir, ...args],
    environment,
  });
}

async function readStatus() {
  const { stdout } = await run("status", "--json");
  const status = statusSchema.parse(JSON.parse(stdout));
  return {
    ...status,
    lag: status.topics.reduce((sum, { lag }) => sum + lag, 0),
  };
}

function readPlayCounts(summary: string): string[] {
  const rows = summary.matchAll(
    /│ \w+_metrics +│ +[\d,]+ │ +[\d,]+ │ +([\d,]+) │/g,
  );
  return [...rows].map(([, count = ""]) => count);
}

test(
  "a drained start ends with every play in all five tables and a passed validation",
  { timeout: TIMEOUT_MS },
  async () => {
    const { exitCode, stdout, stderr } = await run(
      "start",
      "--exit-when-drained",
      "--plays",
      "3000",
    );

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(readPlayCounts(stdout)).toEqual([
      "3,000",
      "3,000",
      "3,000",
      "3,000",
      "3,000",
    ]);
    expect(stdout).toContain(" 0 failed, 0 not checked.");
    expect(stdout).toMatch(/Stopped\.\n$/);
  },
);

test(
  "a start that is told to stop goes on where it stopped at the next one",
  { timeout: TIMEOUT_MS },
  async () => {
    const live = spawn("start");
    await live.waitFor("Live. Ctrl-C stops everything in order.");
    await live.waitFor("| plays/s 20 |");
    // npm passes the terminal's signal on, so that a runner gets it twice.
    live.signal("SIGINT");
    live.signal("SIGINT");
    await expect(live.ended).resolves.toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/Stopped\.\n$/),
    });

    const { exitCode, stdout } = await run("start", "--exit-when-drained");

    expect(exitCode).toBe(0);
    const [count = ""] = readPlayCounts(stdout);
    const plays = Number(count.replace(",", ""));
    expect(plays).toBeGreaterThan(3000);
    // Not the backfill again.
    expect(plays).toBeLessThan(6000);
  },
);

test(
  "the commands work on a running stack, which outlives a killed runner",
  { timeout: TIMEOUT_MS },
  async () => {
    const first = spawn("up");
    await first.waitFor(
      `ready: connection settings are in ${join(dataDir, "connection.env")}\n`,
    );
    const before = await readStatus();

    await expect(run("up")).resolves.toMatchObject({
      exitCode: 1,
      stderr: `A runner (pid ${first.pid}) already works on ${dataDir}. See what it does with npm run status, or stop it with npm run down.\n`,
    });
    await expect(run("topics")).resolves.toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("stream-events: 10 partitions, kept\n"),
    });
    await expect(
      run("produce", "--count", "1000", "--malformed", "2%"),
    ).resolves.toMatchObject({ exitCode: 0 });
    await expect(run("drain", "--close-windows")).resolves.toMatchObject({
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
    const metrics = await scrapeValues(Number(environment["METRICS_PORT"]));
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

    first.signal("SIGKILL");
    await first.ended;
    const second = spawn("up");
    await second.waitFor("ready: ");
    const downed = await run("down");

    expect(downed).toMatchObject({
      exitCode: 0,
      stdout: "Stopped the runner with its servers.\n",
    });
    const { exitCode, stdout } = await second.ended;
    expect(exitCode).toBe(0);
    expect(stdout).toContain("already running");
    await expect(run("status")).resolves.toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("Nothing runs on"),
    });
  },
);

test(
  "no secret reaches the terminal or a file that others can read, and a reset leaves nothing",
  { timeout: TIMEOUT_MS },
  async () => {
    const connections = await readConnectionEnv(dataDir);
    const passwords = Object.values(connections?.databaseUrls ?? {}).map(
      (url) => new URL(url).password,
    );
    expect(passwords.filter((password) => password.length >= 20)).toHaveLength(
      4,
    );
    expect((await stat(join(dataDir, "connection.env"))).mode & 0o077).toBe(0);
    const up = spawn("up");
    await up.waitFor("ready: ");

    const reset = await run("reset", "--yes");

    expect(reset).toMatchObject({ exitCode: 0 });
    const { stdout, stderr } = await up.ended;
    for (const password of passwords)
      expect(stdout + stderr).not.toContain(password);
    await expect(access(join(dataDir, "secrets.json"))).rejects.toThrow(
      "ENOENT",
    );
    expect(
      (await readdir(dataDir)).filter((name) => !name.startsWith("runner.pid")),
    ).toEqual([]);
  },
);
