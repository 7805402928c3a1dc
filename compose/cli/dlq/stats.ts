import { renderCounts } from "#compose/dead-letters/render-counts.ts";
import { createCommand, type CommonOptions } from "../create-command.ts";
import { writeLine } from "../write-line.ts";
import {
  addFilterOptions,
  type FilterOptions,
  type LetterName,
  readFilter,
} from "./filter-options.ts";
import { withLetterReader } from "./with-letter-reader.ts";

/** Rows of dimensions that are waited for, most wanted first. */
const SHOWN_REFERENCES = 10;

interface StatsOptions extends CommonOptions, FilterOptions {
  readonly json?: boolean;
}

export const stats = addFilterOptions(
  createCommand(
    "stats",
    "Counts dead letters by reason, topic and state, and says what most of them wait for",
  ),
)
  .option("--json", "print JSON")
  .action(
    async (
      names: readonly LetterName[],
      { dataDir, json, ...options }: StatsOptions,
    ) => {
      const filter = readFilter(names, options);
      const { counts, awaited } = await withLetterReader(
        dataDir,
        async (reader) => ({
          counts: await reader.count(filter),
          awaited: await reader.countAwaited(filter, SHOWN_REFERENCES),
        }),
      );
      writeLine(
        json === true
          ? JSON.stringify({ counts, awaited }, undefined, 2)
          : renderCounts(counts, awaited),
      );
    },
  );
