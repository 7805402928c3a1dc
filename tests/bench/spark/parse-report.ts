import { z } from "zod";

import { PipelineError } from "#shared/errors.ts";

const reportSchema = z.discriminatedUnion("event", [
  z.strictObject({ event: z.literal("ready") }),
  z.strictObject({
    event: z.literal("done"),
    seconds: z.number().positive(),
    batches: z.int().positive(),
  }),
]);

/** What the job says: Spark is up and the queries start, or all rows are written. */
export type JobReport = z.infer<typeof reportSchema>;

/**
 * Reads a line of the job's standard output; undefined when it is not the job's own, as Java writes there too. Throws
 * `spark_report_invalid` (internal) when the job says what this does not know.
 */
export function parseReport(line: string): JobReport | undefined {
  const report = parseJson(line);
  if (typeof report !== "object" || report === null || !("event" in report))
    return undefined;
  const { data, error } = reportSchema.safeParse(report);
  if (data !== undefined) return data;
  throw new PipelineError(
    `The Spark job reported what the benchmark cannot read: ${line}\n${z.prettifyError(error)}\nSee report() in tests/bench/spark/job/main.py.`,
    { code: "spark_report_invalid", domain: "internal", cause: error },
  );
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
