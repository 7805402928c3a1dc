import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

import { CLASS_ARCHIVE } from "./support/class-archive.ts";

// How long a condition may take on a busy machine; vitest's own second is short for a group's first rebalance.
const POLL = { timeout: 20_000 };
const root = fileURLToPath(new URL("..", import.meta.url));

// A broker of the tests lives for seconds: compiling it as for years of service costs two fifths of its start, and
// reading its classes from their jars two fifths of the rest.
process.env["JDK_JAVA_OPTIONS"] ??=
  `-XX:TieredStopAtLevel=1 "-XX:SharedArchiveFile=${CLASS_ARCHIVE}"`;

// The tests start hundreds of processes that load the same modules.
process.env["NODE_COMPILE_CACHE"] ??= join(root, ".data", "compile-cache");

export default defineConfig({
  root,
  test: {
    projects: [
      {
        root,
        test: {
          name: "unit",
          include: ["tests/unit/**/*.test.ts"],
          // A property is hundreds of runs, and the machine may be busy.
          testTimeout: 30_000,
          isolate: false,
          maxWorkers: 2,
        },
      },
      {
        root,
        test: {
          name: "servers",
          include: ["tests/{sql,integration,conformance,e2e}/**/*.test.ts"],
          expect: { poll: POLL },
          globalSetup: "tests/support/global-setup.ts",
          testTimeout: 120_000,
          hookTimeout: 120_000,
          pool: "forks",
          // Kafka, Postgres and the tests share the two cores of the smallest machine this runs on.
          maxWorkers: 2,
        },
      },
      {
        root,
        test: {
          name: "faults",
          include: ["tests/faults/**/*.test.ts"],
          expect: { poll: POLL },
          globalSetup: "tests/support/global-setup.ts",
          testTimeout: 300_000,
          hookTimeout: 300_000,
          pool: "forks",
          maxWorkers: 2,
        },
      },
      {
        root,
        test: {
          name: "ui",
          include: ["tests/ui/**/*.test.ts"],
          expect: { poll: POLL },
          globalSetup: "tests/ui/support/global-setup.ts",
          testTimeout: 60_000,
          hookTimeout: 60_000,
          pool: "forks",
          // A browser beside Kafka and Postgres is enough for two cores; and the time of the first drawing is measured.
          maxWorkers: 1,
        },
      },
      {
        root,
        test: {
          name: "localstack",
          include: ["tests/localstack/**/*.test.ts"],
          expect: { poll: POLL },
          globalSetup: "tests/localstack/support/global-setup.ts",
          testTimeout: 120_000,
          hookTimeout: 120_000,
          pool: "forks",
          maxWorkers: 1,
        },
      },
      {
        root,
        test: {
          name: "superset",
          include: ["tests/superset/**/*.test.ts"],
          expect: { poll: POLL },
          globalSetup: "tests/superset/support/global-setup.ts",
          testTimeout: 180_000,
          hookTimeout: 180_000,
          pool: "forks",
          // One Superset, which each file leaves as it has found it.
          maxWorkers: 1,
          fileParallelism: false,
        },
      },
    ],
  },
});
