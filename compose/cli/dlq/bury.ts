import { buryLetters } from "#compose/dead-letters/bury-letters.ts";
import { renderResults } from "#compose/dead-letters/render-results.ts";
import { systemClock } from "#compose/event-source-mapping/clock.ts";
import { readConfig } from "#shared/config.ts";
import { createCommand, type CommonOptions } from "../create-command.ts";
import { readEnvironment } from "../environment.ts";
import { findDatabase } from "../find-connections.ts";
import { listenForInterruption } from "../interruption.ts";
import { writeLine } from "../write-line.ts";
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
import { withLetterReader } from "./with-letter-reader.ts";

interface BuryCommandOptions
  extends CommonOptions, FilterOptions, ActionOptions {}

export const bury = addActionOptions(
  addFilterOptions(
    createCommand(
      "bury",
      "Gives up letters that wait: they are kept and can be sent again by name, but nobody waits for them any more",
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
  const results = await buryLetters(letters, {
    databaseUrl: ingest,
    action: { actor: as, note: note ?? null },
    isDryRun,
    ratePerSecond: rate,
    clock: systemClock,
    signal,
    onProgress: progress.draw,
  }).finally(progress.clear);
  writeLine(
    json === true
      ? JSON.stringify({ isDryRun, results }, undefined, 2)
      : renderResults(results, { isDryRun }),
  );
  signal.throwIfAborted();
});
