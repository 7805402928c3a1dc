import type { RunnerReading } from "#compose/runner/read-runner-counts.ts";
import { type Finding, fault, ok, unknown, warning } from "./finding.ts";

/** The counter of a mapping's failed invocations, under AWS's name. */
const FAILED = "InvokeErrorCount";

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
  const failing = reading.mappings.filter(
    ({ counters }) => (counters[FAILED] ?? 0) > 0,
  );
  const findings = [
    ...unpolled.map((topic) =>
      warning(
        "mappings",
        `nothing polls ${topic} yet`,
        "Topics whose rows others refer to are polled first: npm run status shows whether it goes on",
      ),
    ),
    ...failing.map((mapping) =>
      warning(
        "mappings",
        `${mapping.function} has failed ${mapping.counters[FAILED]} times with records of ${mapping.topic} since the runner's start`,
        `Its log, ${mapping.function}.log, says why; the records come again by themselves`,
      ),
    ),
  ];
  return [
    runner,
    ...(findings.length > 0
      ? findings
      : [ok("mappings", `all ${topics.length} poll, and none has failed`)]),
  ];
}
