import { systemClock } from "#compose/event-source-mapping/clock.ts";
import {
  redriveLetters,
  type RedriveResult,
} from "#compose/dead-letters/redrive-letters.ts";
import { readConfig } from "#shared/config.ts";
import type { FieldChange } from "#shared/domain/field-change.ts";
import { collectChanges } from "../collect-changes.ts";
import { createCommand, type CommonOptions } from "../create-command.ts";
import { readEnvironment } from "../environment.ts";
import { findConnections } from "../find-connections.ts";
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

/** A buried letter comes back only where it is meant by name or by its state. */
const REDRIVABLE_STATES = ["waiting", "buried"] as const;

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
      const results: RedriveResult[] = [];
      const work = redriveLetters(letters, {
        kafkaBootstrapServers,
        databaseUrl: databaseUrls.ingest,
        states: REDRIVABLE_STATES.filter(
          (state) => filter.states?.includes(state) ?? true,
        ),
        changes: options.set,
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
    },
  );
