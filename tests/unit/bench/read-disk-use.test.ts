import { mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import {
  parseDeviceStatistics,
  readAllocatedBytes,
  splitDevice,
} from "#tests/bench/read-disk-use.ts";

const MB = 1024 * 1024;

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

test("files take what is in them, in folders too, and a hole in one takes nothing", async () => {
  const folder = await mkdtemp(join(tmpdir(), "bench-unit-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, "topic-0"));
  const log = join(folder, "topic-0", "0.log");
  await writeFile(log, Buffer.alloc(MB, 1), { flush: true });
  await truncate(log, 100 * MB);

  const bytes = await readAllocatedBytes(folder);

  expect(bytes).toBeGreaterThanOrEqual(MB);
  expect(bytes).toBeLessThan(2 * MB);
});
