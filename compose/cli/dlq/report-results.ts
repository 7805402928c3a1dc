import type { BuryResult } from "#compose/dead-letters/bury-letters.ts";
import type { RedriveResult } from "#compose/dead-letters/redrive-letters.ts";
import { renderResults } from "#compose/dead-letters/render-results.ts";
import { writeLine } from "../write-line.ts";

/**
 * Waits for the work and says what became of each letter, also of those before a failure, which is thrown then; the exit
 * code is 1 where some were left or held.
 */
export async function reportResults(
  work: Promise<unknown>,
  results: readonly (RedriveResult | BuryResult)[],
  {
    isDryRun,
    json,
  }: { readonly isDryRun: boolean; readonly json: boolean | undefined },
): Promise<void> {
  let isDone = false;
  try {
    await work;
    isDone = true;
  } finally {
    if (isDone || results.length > 0)
      writeLine(
        json === true
          ? JSON.stringify({ isDryRun, results }, undefined, 2)
          : renderResults(results, { isDryRun }),
      );
  }
  if (!isDryRun && results.some(isUntouched)) process.exitCode = 1;
}

function isUntouched({ kind }: RedriveResult | BuryResult): boolean {
  return kind === "left" || kind === "held";
}
