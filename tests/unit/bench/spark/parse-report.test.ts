import { expect, test } from "vitest";

import { parseReport } from "#tests/bench/spark/parse-report.ts";

test("the job says that Spark is up", () => {
  expect(parseReport('{"event": "ready"}')).toEqual({ event: "ready" });
});

test("the job says when it is done how long it took", () => {
  expect(
    parseReport('{"event": "done", "seconds": 12.5, "batches": 11}'),
  ).toEqual({ event: "done", seconds: 12.5, batches: 11 });
});

test.for([
  "Picked up JAVA_TOOL_OPTIONS: -Xmx1g",
  "",
  "42",
  "null",
  '{"level": "WARN"}',
])("a line that is not the job's own is passed over: %j", (line) => {
  expect(parseReport(line)).toBeUndefined();
});

test.for([
  ["no time", '{"event": "done", "batches": 11}'],
  ["a negative time", '{"event": "done", "seconds": -1, "batches": 11}'],
  ["no batch", '{"event": "done", "seconds": 12.5, "batches": 0}'],
  ["an unknown event", '{"event": "finished"}'],
])("a report with %s is refused and shown", ([, line = ""]) => {
  expect(() => parseReport(line)).toThrow(
    expect.objectContaining({
      code: "spark_report_invalid",
      message: expect.stringContaining(line),
    }),
  );
});
