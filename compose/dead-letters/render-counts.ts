import Table from "cli-table3";

import type { AwaitedCount, LetterCount } from "./letter-reader.ts";
import { LETTER_STATES } from "./letter-filter.ts";
import { printable } from "./printable.ts";

/** Returns letters counted by reason, topic and state, and what most of them wait for. */
export function renderCounts(
  counts: readonly LetterCount[],
  awaited: readonly AwaitedCount[],
): string {
  if (counts.length === 0) return "No dead letter fits.";
  const table = new Table({
    head: ["reason", "topic", ...LETTER_STATES, "oldest", "newest"],
    colAligns: [
      "left",
      "left",
      ...LETTER_STATES.map(() => "right" as const),
      "left",
      "left",
    ],
    style: { head: [], border: [], compact: true },
  });
  const groups = Map.groupBy(counts, ({ reason, topic }) =>
    JSON.stringify([reason, topic]),
  );
  for (const group of groups.values()) {
    const [first] = group;
    if (first === undefined) continue;
    table.push([
      printable(first.reason),
      printable(first.topic),
      ...LETTER_STATES.map((state) =>
        sum(group.filter((count) => count.state === state)),
      ),
      group.map(({ oldestAt }) => oldestAt).toSorted()[0] ?? "",
      group
        .map(({ newestAt }) => newestAt)
        .toSorted()
        .at(-1) ?? "",
    ]);
  }
  const waitedFor = awaited.map(
    ({ dimension, id, letterCount }) =>
      `${printable(dimension)} ${id} (${letterCount} ${letterCount === 1 ? "letter" : "letters"})`,
  );
  return [
    table.toString(),
    ...(waitedFor.length === 0 ? [] : [`Waited for: ${waitedFor.join(", ")}`]),
  ].join("\n");
}

function sum(counts: readonly LetterCount[]): number {
  return counts.reduce((total, { letterCount }) => total + letterCount, 0);
}
