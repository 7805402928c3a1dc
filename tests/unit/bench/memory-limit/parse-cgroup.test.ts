import { expect, test } from "vitest";

import {
  findUnifiedHierarchy,
  readEventCount,
} from "#tests/bench/memory-limit/parse-cgroup.ts";

const V1 =
  "33 25 0:29 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory";

test("cgroup v2 is found where it is alone", () => {
  expect(
    findUnifiedHierarchy(
      "24 23 0:22 / /proc rw - proc proc rw\n30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 master:1 - cgroup2 cgroup2 rw,nsdelegate\n",
    ),
  ).toBe("/sys/fs/cgroup");
});

test("cgroup v2 is found beside v1", () => {
  expect(
    findUnifiedHierarchy(
      `${V1}\n34 25 0:30 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n`,
    ),
  ).toBe("/sys/fs/cgroup/unified");
});

test("v1 alone is no cgroup v2", () => {
  expect(findUnifiedHierarchy(`${V1}\n`)).toBeUndefined();
  expect(findUnifiedHierarchy("")).toBeUndefined();
});

test("an event's count is read by its whole name", () => {
  const events = "low 0\nhigh 0\nmax 61\noom 2\noom_kill 1\noom_group_kill 0\n";

  expect(readEventCount(events, "oom_kill")).toBe(1);
  expect(readEventCount(events, "oom")).toBe(2);
  expect(readEventCount("populated 0\nfrozen 0\n", "populated")).toBe(0);
  expect(readEventCount("", "oom_kill")).toBe(0);
});
