import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { findFreePort } from "#compose/embedded/ports.ts";
import { stopStack } from "#compose/embedded/stack.ts";
import {
  runToEnd,
  spawnCommand,
} from "#tests/integration/compose/cli/spawn-command.ts";
import {
  hideTimes,
  readTranscript,
} from "#tests/support/transcript/read-transcript.ts";

const README = new URL("../../compose/dead-letters/README.md", import.meta.url);
const HEADING = "# From alarm to repaired window";
const TIMEOUT_MS = 240_000;

let dataDir = "";
let environment: Record<string, string> = {};
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "operator-session-"));
  environment = {
    KAFKA_PORT: String(await findFreePort()),
    POSTGRES_PORT: String(await findFreePort()),
  };
});
afterAll(async () => {
  await stopStack({ dataDir });
  await rm(dataDir, { recursive: true });
});

test(
  "an operator's session goes as its page shows it, from the alarm to the repaired window",
  { timeout: TIMEOUT_MS },
  async () => {
    const steps = readTranscript(await readFile(README, "utf8"), HEADING);
    const up = spawnCommand("up", {
      args: ["--data-dir", dataDir],
      environment,
    });
    await up.waitFor("ready:");

    for (const { command, name, args, output } of steps) {
      const { stdout, stderr } = await runToEnd(name, {
        args: [...args, "--data-dir", dataDir],
        environment,
      });
      expect({ command, output: hideTimes(stdout + stderr) }).toEqual({
        command,
        output: hideTimes(output),
      });
    }

    expect(steps.length).toBeGreaterThan(10);
    up.signal("SIGTERM");
    await expect(up.ended).resolves.toMatchObject({ exitCode: 0 });
  },
);
