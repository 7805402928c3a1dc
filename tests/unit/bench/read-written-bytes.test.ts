import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { PROJECT_ROOT } from "#compose/runner/project-root.ts";
import {
  parseDeviceStatistics,
  parseWrittenBytes,
  readWrittenBytes,
  splitDevice,
} from "#tests/bench/read-written-bytes.ts";

test("what was deleted before it got to the disk was not written", () => {
  expect(
    parseWrittenBytes(
      "rchar: 31486016\nwchar: 31457468\nsyscr: 71\nsyscw: 36\nread_bytes: 180224\nwrite_bytes: 31469568\ncancelled_write_bytes: 10485760\n",
    ),
  ).toBe(20_983_808);
});

test("a process that has ended has written nothing", () => {
  expect(parseWrittenBytes("")).toBe(0);
});

test("a device's sectors are of 512 bytes", () => {
  expect(
    parseDeviceStatistics(
      "   40344     5794  2178506    42127    63626    84764  5948512    51930        0    22024    99657    19199      107  1467376     3137    28794     2462\n",
    ),
  ).toBe(5_948_512 * 512);
});

test.for([
  [65_024, { major: 254, minor: 0 }],
  [2049, { major: 8, minor: 1 }],
  [0x10_03_05, { major: 3, minor: 0x1_05 }],
] as const)("the device %d is %j", ([device, parts]) => {
  expect(splitDevice(device)).toEqual(parts);
});

test.runIf(process.platform === "linux")(
  "what an ended child has written counts for its parent",
  async () => {
    // The directory for temporary files may be memory, for which nothing is counted.
    const folder = join(PROJECT_ROOT, ".data");
    await mkdir(folder, { recursive: true });
    const file = join(folder, `bench-written-${crypto.randomUUID()}`);
    onTestFinished(() => rm(file, { force: true }));
    const parent = spawn(
      "/bin/sh",
      [
        "-c",
        // The child is waited for before the parent says so.
        'head -c 4194304 /dev/zero > "$1" & wait; echo ready; read -r _',
        "sh",
        file,
      ],
      { stdio: ["pipe", "pipe", "inherit"] },
    );
    onTestFinished(() => void parent.stdin.end());
    await once(parent.stdout, "data");

    expect(await readWrittenBytes(parent.pid ?? 0)).toBeGreaterThanOrEqual(
      4_194_304,
    );
  },
);
