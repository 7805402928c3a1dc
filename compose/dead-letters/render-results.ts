import type { BuryResult } from "./bury-letters.ts";
import type { RedriveResult } from "./redrive-letters.ts";

const SHOWN_LETTERS = 20;

const LABELS: Readonly<Record<(RedriveResult | BuryResult)["kind"], string>> = {
  redriven: "sent again",
  replaced: "sent as new versions",
  applied: "applied",
  superseded: "superseded by newer versions",
  landed: "facts already",
  buried: "buried",
  left: "left as they are",
  held: "held by somebody else at the moment",
};

/** Returns what became of letters for people: a line of counts, then each letter that nothing was done with, and why. */
export function renderResults(
  results: readonly (RedriveResult | BuryResult)[],
  { isDryRun }: { readonly isDryRun: boolean },
): string {
  const counts = Object.entries(LABELS).flatMap(([kind, label]) => {
    const count = results.filter((result) => result.kind === kind).length;
    return count === 0 ? [] : [`${count} ${label}`];
  });
  const lines = results.flatMap((result) => {
    if (result.kind === "left") return [`  ${result.id}: ${result.why}`];
    return result.kind === "held" ? [`  ${result.id}: held`] : [];
  });
  return [
    `${isDryRun ? "Dry run, nothing was written or sent. " : ""}Of ${results.length} ${results.length === 1 ? "letter" : "letters"}: ${counts.length === 0 ? "none" : counts.join(", ")}.`,
    ...lines.slice(0, SHOWN_LETTERS),
    ...(lines.length > SHOWN_LETTERS
      ? [`  and ${lines.length - SHOWN_LETTERS} more: --json names all.`]
      : []),
  ].join("\n");
}
