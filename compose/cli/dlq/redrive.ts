import { systemClock } from "#compose/event-source-mapping/clock.ts";
import { redriveLetters } from "#compose/dead-letters/redrive-letters.ts";
import { renderResults } from "#compose/dead-letters/render-results.ts";
import { readConfig } from "#shared/config.ts";
import type { FieldChange } from "#shared/domain/field-change.ts";
import { collectChanges } from "../collect-changes.ts";
import { createCommand, type CommonOptions } from "../create-command.ts";
import { readEnvironment } from "../environment.ts";
import { findConnections } from "../find-connections.ts";
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

interface RedriveCommandOptions
  extends CommonOptions, FilterOptions, ActionOptions {
  readonly set: readonly FieldChange[];
}

export const redrive = addActionOptions(
  addFilterOptions(
    createCommand(
      "redrive",
      "Sends letters again that would be accepted now; exits with 1 where some were left. Named ones may be buried",
    ),
  ),
)
  .option(
    "--set <field=value>",
    "mends a field of the record; may be repeated",
    collectChanges,
    [],
  )
  .action(
    async (names: readonly LetterName[], options: RedriveCommandOptions) => {
      const {
        dataDir,
        dryRun: isDryRun = false,
        rate,
        as,
        note,
        json,
      } = options;
      requireChoice(names, options);
      const { kafkaBootstrapServers, databaseUrls } = await findConnections(
        dataDir,
        readConfig([], readEnvironment()),
      );
      const filter = readFilter(names, options, ["waiting"]);
      const letters = await withLetterReader(dataDir, (reader) =>
        findLetters(reader, names, filter),
      );
      const signal = listenForInterruption();
      const progress = openProgress();
      const results = await redriveLetters(letters, {
        kafkaBootstrapServers,
        databaseUrl: databaseUrls.ingest,
        changes: options.set,
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
      if (!isDryRun && results.some(({ kind }) => kind === "left"))
        process.exitCode = 1;
    },
  );
