import { describe, expect, test } from "vitest";

import {
  describeComparison,
  listFaults,
} from "#tests/bench/spark/describe-comparison.ts";

const ALL_OPEN = { stream_events: 1000, hourly_metrics: 0 };

describe("the comparison with Spark", () => {
  const comparison = {
    seconds: 120,
    batches: 2,
    playsByTable: ALL_OPEN,
    use: {
      residentMb: 3000,
      residentByPartMb: { spark: 2400, kafka: 300, postgres: 300 },
      residentByTenthMb: {},
      cpuSecondsByPart: { spark: 200, kafka: 5, postgres: 30 },
    },
  };
  const ours = { plays: 600_000, seconds: 10 };

  test("is the ratio of Spark's seconds to ours, with what Spark took", () => {
    expect(describeComparison({ job: "spark", ...comparison }, ours)).toEqual({
      ratio_to_spark: 12,
      spark_seconds: 120,
      spark_plays_per_second: 5000,
      spark_resident_mb: 2400,
      spark_resident_by_process_mb: { spark: 2400, kafka: 300, postgres: 300 },
      spark_cpu_seconds_by_process: { spark: 200, kafka: 5, postgres: 30 },
      spark_batches: 2,
      spark_plays_by_table: ALL_OPEN,
    });
  });

  test("of the tuned job has fields of its own", () => {
    expect(
      describeComparison({ job: "spark-tuned", ...comparison }, ours),
    ).toMatchObject({ ratio_to_spark_tuned: 12, spark_tuned_seconds: 120 });
  });

  test("has no memory where the system does not tell it", () => {
    expect(
      describeComparison({ job: "spark", ...comparison, use: undefined }, ours),
    ).toMatchObject({ ratio_to_spark: 12, spark_resident_mb: null });
  });
});

describe("a number of Spark's", () => {
  test("is void when a fact is missing", () => {
    expect(
      listFaults({ job: "spark", playsByTable: { stream_events: 999 } }, 1000),
    ).toEqual(["spark: stream_events counts 999 plays, expected 1000"]);
  });

  test("stands although the job that was replaced leaves windows open", () => {
    expect(listFaults({ job: "spark", playsByTable: ALL_OPEN }, 1000)).toEqual(
      [],
    );
  });

  test("is void when the tuned job has not written all windows", () => {
    expect(
      listFaults({ job: "spark-tuned", playsByTable: ALL_OPEN }, 1000),
    ).toEqual(["spark-tuned: hourly_metrics counts 0 plays, expected 1000"]);
  });
});
