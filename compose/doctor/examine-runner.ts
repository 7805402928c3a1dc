import type { RunnerReading } from "#compose/runner/read-runner-counts.ts";
import { type Finding, fault, ok, unknown, warning } from "./finding.ts";

/** What a mapping counts that somebody should look at, under AWS's names, and what it means. */
const TROUBLES = {
  InvokeErrorCount: "invocations failed; their records come again",
  DroppedEventCount: "records were given up",
  OnFailureDestinationDeliveryErrorCount:
    "records that were given up did not reach their destination",
  OffsetOutOfRangeCount:
    "times a partition went on elsewhere, as its offset was gone",
  CommitErrorCount: "commits failed; what they meant is tried again",
} as const;

/**
 * Judges whether somebody takes the records, and with what success.
 *
 * @param pid of the runner of the data directory; undefined where none works on it
 * @param topics that mappings are declared for
 */
export function judgeRunner(
  pid: number | undefined,
  reading: RunnerReading,
  topics: readonly string[],
): Finding[] {
  if (pid === undefined)
    return [
      fault(
        "runner",
        "none works on this data directory: no record is taken",
        "npm start, or npm run up without a producer",
      ),
    ];
  const runner = ok("runner", `works (pid ${pid})`);
  if (reading.kind === "unknown")
    return [runner, unknown("mappings", reading.reason)];
  const polled = new Set(reading.mappings.map(({ topic }) => topic));
  const unpolled = topics.filter((topic) => !polled.has(topic));
  const counted = reading.mappings.flatMap(({ topic, counters, ...mapping }) =>
    Object.entries(TROUBLES)
      .filter(([counter]) => (counters[counter] ?? 0) > 0)
      .map(([counter, meaning]) =>
        warning(
          "mappings",
          `of ${topic}, since the runner's start: ${counters[counter]} ${meaning}`,
          `event-source-mapping.log and ${mapping.function}.log say why`,
        ),
      ),
  );
  const failing = reading.functions.filter(
    ({ errors }) => Object.keys(errors).length > 0,
  );
  const findings = [
    ...unpolled.map((topic) =>
      warning(
        "mappings",
        `nothing polls ${topic} yet`,
        "Topics whose rows others refer to are polled first: npm run status shows whether it goes on",
      ),
    ),
    ...counted,
    ...failing.map((failed) =>
      warning(
        "functions",
        `${failed.function} has failed since the runner's start: ${Object.entries(
          failed.errors,
        )
          .map(([kind, count]) => `${count} ${kind}`)
          .join(", ")}`,
        `Its log, ${failed.function}.log, says why`,
      ),
    ),
  ];
  return [
    runner,
    ...(findings.length > 0
      ? findings
      : [
          ok(
            "mappings",
            `all ${topics.length} are there; they and the functions have counted no failure`,
          ),
        ]),
  ];
}
