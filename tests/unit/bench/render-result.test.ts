import { expect, test } from "vitest";

import baseline from "#tests/bench/baseline.json" with { type: "json" };
import { renderResult, type BenchResult } from "#tests/bench/render-result.ts";

const written = {
  kafka: 6,
  postgres: 1200,
  wal: 900,
  wal_made: 774,
  device: null,
};
const run = {
  plays: 1_000_000,
  seconds: 40,
  plays_per_second: 25_000,
  ratio_to_enforced_copy: 2.5,
  ratio_to_bare_copy: 0.17,
  enforced_copy_seconds: 100,
  bare_copy_seconds: 6.8,
  ratio_to_spark: 9.5,
  spark_seconds: 380,
  resident_mb: 1530,
  resident_by_process_mb: { node: 980, kafka: 290, postgres: 260 },
  resident_by_tenth_mb: null,
  resident_growth_mb: { node: 12, kafka: 0, postgres: -3 },
  cpu_seconds_by_process: { node: 34, kafka: 6, postgres: 27 },
  bytes_written_per_play: written,
  bytes_written_per_published_play: { ...written, kafka: 370, device: 560 },
  durability: { fsync: "on" },
  versions: { node: "v24.21.0", postgres: "18.4", kafka: "4.4.0" },
  verified: false,
};
const result: BenchResult = {
  ...run,
  runs: [run, { ...run, seconds: 41 }],
  memory_limit: null,
  machine: { processor: "Z80", cores: 2, memory_mb: 4096, system: "linux x64" },
  measured_at: "2026-03-01T00:00:00Z",
};

/** The cells of the line that begins with this. */
function findCells(text: string, first: string): string[] {
  const lines = text
    .split("\n")
    .map((line) => line.split("│").map((cell) => cell.trim()));
  return lines.find((cells) => cells[1] === first)?.slice(2, -1) ?? [];
}

test("each alternative has its rate, how much slower it is, and the floor", () => {
  const text = renderResult(result, baseline);

  expect(findCells(text, "this pipeline")).toEqual(["40", "25,000", "-", "-"]);
  expect(findCells(text, "COPY, enforced keys")).toEqual([
    "100",
    "10,000",
    "2.5",
    "2",
  ]);
  expect(findCells(text, "Spark, as replaced")).toEqual([
    "380",
    "2,632",
    "9.5",
    "9",
  ]);
});

test("what was not measured against is left out", () => {
  const text = renderResult(
    {
      ...result,
      ratio_to_enforced_copy: null,
      ratio_to_bare_copy: null,
      enforced_copy_seconds: null,
      bare_copy_seconds: null,
    },
    baseline,
  );

  expect(findCells(text, "COPY, enforced keys")).toEqual([]);
  expect(findCells(text, "Spark, tuned")).toEqual([]);
});

test("each process has its memory, its growth and its time", () => {
  const text = renderResult(result, baseline);

  expect(findCells(text, "node")).toEqual(["980", "+12", "34"]);
  expect(findCells(text, "postgres")).toEqual(["260", "-3", "27"]);
});

test("what is written per play is told for the work and for publishing", () => {
  const text = renderResult(result, baseline);

  expect(findCells(text, "of it, write-ahead log")).toEqual(["900", "900"]);
  expect(findCells(text, "device, by everybody")).toEqual(["-", "560"]);
});

test("every run has its ratios", () => {
  expect(findCells(renderResult(result, baseline), "2")).toEqual([
    "41",
    "25,000",
    "2.5",
    "0.17",
    "9.5",
    "1,530",
  ]);
});

test("machine, versions and durability are named", () => {
  expect(renderResult(result, baseline)).toContain(
    "Z80, 2 cores, 4,096 MB, linux x64\nnode v24.21.0, postgres 18.4, kafka 4.4.0\nfsync on",
  );
});

test("under a memory limit, the peak and the killed processes are told", () => {
  const memory_limit = { limit_mb: 2048, peak_mb: 1900, killed_count: 0 };

  expect(renderResult({ ...result, memory_limit }, baseline)).toContain(
    "memory limit 2,048 MB: peak 1,900 MB with the page cache, 0 processes killed",
  );
});
