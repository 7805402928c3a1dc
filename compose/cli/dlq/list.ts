import { renderList } from "#compose/dead-letters/render-list.ts";
import { createCommand, type CommonOptions } from "../create-command.ts";
import { parseCount } from "../parse-options.ts";
import { writeLine } from "../write-line.ts";
import {
  addFilterOptions,
  type FilterOptions,
  type LetterName,
  readFilter,
} from "./filter-options.ts";
import { withLetterReader } from "./with-letter-reader.ts";

interface ListOptions extends CommonOptions, FilterOptions {
  readonly limit: number;
  readonly json?: boolean;
}

export const list = addFilterOptions(
  createCommand(
    "list",
    "Lists dead letters, newest first; those that wait unless a state is chosen",
  ),
)
  .option("--limit <count>", "how many at most", parseCount, 20)
  .option("--json", "print JSON")
  .action(
    async (
      names: readonly LetterName[],
      { dataDir, limit, json, ...options }: ListOptions,
    ) => {
      const filter = readFilter(names, options, ["waiting"]);
      const found = await withLetterReader(dataDir, (reader) =>
        reader.list(filter, limit),
      );
      writeLine(
        json === true ? JSON.stringify(found, undefined, 2) : renderList(found),
      );
    },
  );
