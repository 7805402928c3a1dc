import {
  buryLetters,
  type BuryResult,
} from "#compose/dead-letters/bury-letters.ts";
import { systemClock } from "#compose/event-source-mapping/clock.ts";
import { readConfig } from "#shared/config.ts";
import { createCommand, type CommonOptions } from "../create-command.ts";
import { readEnvironment } from "../environment.ts";
import { findDatabase } from "../find-connections.ts";
import { listenForInterruption } from "../interruption.ts";
import {
  type ActionOptions,
  addActionOptions,
  openProgress,
} from "./action-options.ts";
import {
  addFilterOptions,
  type FilterOptions,
  type LetterName,
  readFilter,
  requireChoice,
} from "./filter-options.ts";
import { findLetters } from "./find-letters.ts";
import { reportResults } from "./report-results.ts";
import { withLetterReader } from "./with-letter-reader.ts";

interface BuryCommandOptions
  extends CommonOptions, FilterOptions, ActionOptions {}

export const bury = addActionOptions(
  addFilterOptions(
    createCommand(
      "bury",
      "Gives up letters that wait: they are kept and can be sent again by name, but nobody waits for them any more; exits with 1 where some were left",
    ),
  ),
).action(async (names: readonly LetterName[], options: BuryCommandOptions) => {
  const { dataDir, dryRun: isDryRun = false, rate, as, note, json } = options;
  requireChoice(names, options);
  const { ingest } = await findDatabase(
    dataDir,
    readConfig([], readEnvironment()),
  );
  const filter = readFilter(names, options, ["waiting"]);
  const letters = await withLetterReader(dataDir, (reader) =>
    findLetters(reader, names, filter),
  );
  const signal = listenForInterruption();
  const progress = openProgress();
  const results: BuryResult[] = [];
  const work = buryLetters(letters, {
    databaseUrl: ingest,
    action: { actor: as, note: note ?? null },
    isDryRun,
    ratePerSecond: rate,
    clock: systemClock,
    signal,
    onProgress: progress.draw,
    onResult: (result) => results.push(result),
  }).finally(progress.clear);
  await reportResults(work, results, { isDryRun, json });
  signal.throwIfAborted();
});
