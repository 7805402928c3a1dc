import { expect, test } from "vitest";

import { INVOCATION_METRICS } from "#compose/metrics/invocation-meter.ts";
import { listStatusFamilies } from "#compose/metrics/list-status-families.ts";
import { METRICS } from "#shared/lambda/metric.ts";
import { DRAINED } from "#tests/unit/compose/runner/fakes.ts";

/** Only CloudWatch has these: the runner's outcomes are those of plays, and the rejections of all topics. */
const CLOUDWATCH_ONLY = ["RecordsAccepted", "RecordsDuplicate"];

/** `streaming_plays_late_total` becomes `PlaysLate`. */
function respell(name: string): string {
  return name
    .replace(/^streaming_/, "")
    .replace(/_total$/, "")
    .replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

const inPrometheus = [
  ...listStatusFamilies(DRAINED).map(({ name }) => name),
  ...Object.values(INVOCATION_METRICS),
];

test("a metric of the functions has the name that Prometheus knows, and its unit", () => {
  const respelled = new Set(inPrometheus.map(respell));

  expect(Object.keys(METRICS).filter((name) => !respelled.has(name))).toEqual(
    CLOUDWATCH_ONLY,
  );
  for (const [name, unit] of Object.entries(METRICS))
    expect({ name, isSeconds: unit === "Seconds" }).toEqual({
      name,
      isSeconds: name.endsWith("Seconds"),
    });
});

test("another spelling is another name", () => {
  expect(respell("streaming_plays_late_total")).toBe("PlaysLate");
  expect(respell("streaming_lag_seconds")).not.toBe("Lagseconds");
});
