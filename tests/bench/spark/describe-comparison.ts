import { listWrongTotals } from "../check-database.ts";
import type { SparkComparison } from "./compare-with-spark.ts";

/** Lists why a job's number says nothing: facts that are missing or too many, and of the tuned job windows, too. */
export function listFaults(
  { job, playsByTable }: Pick<SparkComparison, "job" | "playsByTable">,
  playCount: number,
): string[] {
  const { stream_events: facts = 0 } = playsByTable;
  // In append mode the windows that the watermark has not passed are never written.
  const checked =
    job === "spark-tuned" ? playsByTable : { stream_events: facts };
  return listWrongTotals(checked, playCount).map((fault) => `${job}: ${fault}`);
}

/** The fields of the benchmark's result, named after the job. */
export function describeComparison(
  { job, seconds, batches, use, playsByTable }: SparkComparison,
  ours: { readonly plays: number; readonly seconds: number },
): Record<string, unknown> {
  const name = job.replaceAll("-", "_");
  return {
    [`ratio_to_${name}`]: round(seconds / ours.seconds),
    [`${name}_seconds`]: round(seconds),
    [`${name}_plays_per_second`]: Math.round(ours.plays / seconds),
    [`${name}_resident_mb`]: use?.residentByPartMb["spark"] ?? null,
    [`${name}_resident_by_process_mb`]: use?.residentByPartMb ?? null,
    [`${name}_cpu_seconds_by_process`]: use?.cpuSecondsByPart ?? null,
    [`${name}_batches`]: batches,
    [`${name}_plays_by_table`]: playsByTable,
  };
}

const round = (number: number): number => Math.round(number * 1000) / 1000;
