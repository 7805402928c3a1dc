import { countUnhandledRecords } from "./count-unhandled-records.ts";
import { findOffsetsBeyondLedger } from "./find-offsets-beyond-ledger.ts";
import type { PartitionOffsets } from "./partition-offsets.ts";
import { MAX_VIOLATIONS, type ValidationCheck } from "./result.ts";

const KAFKA_NOT_ASKED = "Kafka was not asked, its address is not known";

/** Letters are under way while records are: these checks mean something only when everything is consumed. */
export const CHECKS_WHEN_DRAINED: ReadonlySet<string> = new Set([
  "rejected_records_have_letters",
]);

/** Skips the checks that need everything to be consumed where that is not so, or cannot be known. */
export function requireDrained(
  checks: readonly ValidationCheck[],
  partitions: readonly PartitionOffsets[] | undefined,
): ValidationCheck[] {
  const reason =
    partitions === undefined
      ? KAFKA_NOT_ASKED
      : describeUnhandled(countUnhandledRecords(partitions));
  return checks.map((check) =>
    reason !== undefined && CHECKS_WHEN_DRAINED.has(check.name)
      ? {
          ...check,
          passed: true,
          skippedBecause: reason,
          violationCount: 0,
          violations: [],
        }
      : check,
  );
}

/** Compares what the groups have committed with the ledger; skipped without Kafka. */
export function checkCommits(
  partitions: readonly PartitionOffsets[] | undefined,
): ValidationCheck {
  const found = findOffsetsBeyondLedger(partitions ?? []);
  return {
    name: "commits_are_in_ledger",
    title:
      "No consumer group has committed records that Postgres has not handled.",
    passed: found.length === 0,
    ...(partitions === undefined ? { skippedBecause: KAFKA_NOT_ASKED } : {}),
    violationCount: found.length,
    violations: found
      .slice(0, MAX_VIOLATIONS)
      .map((violation) => ({ ...violation })),
  };
}

function describeUnhandled(
  counts: ReadonlyMap<string, number>,
): string | undefined {
  if (counts.size === 0) return undefined;
  const parts = [...counts].map(([topic, count]) => `${topic} has ${count}`);
  return `records are still to be handled: ${parts.join(", ")}`;
}
