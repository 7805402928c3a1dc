import { toLetterJson } from "#compose/dead-letters/letter-json.ts";
import { renderLetter } from "#compose/dead-letters/render-letter.ts";
import { createCommand, type CommonOptions } from "../create-command.ts";
import { writeLine } from "../write-line.ts";
import {
  addFilterOptions,
  type FilterOptions,
  type LetterName,
  readFilter,
} from "./filter-options.ts";
import { findLetters, noSuchLetter } from "./find-letters.ts";
import { withLetterReader } from "./with-letter-reader.ts";

interface ShowOptions extends CommonOptions, FilterOptions {
  readonly json?: boolean;
}

export const show = addFilterOptions(
  createCommand(
    "show",
    "Shows a letter: its record, the reason, what was done with it, and the next step; without a name, the newest that waits",
  ),
)
  .option("--json", "print JSON")
  .action(
    async (
      names: readonly LetterName[],
      { dataDir, json, ...options }: ShowOptions,
    ) => {
      const filter = readFilter(names, options, ["waiting"]);
      await withLetterReader(dataDir, async (reader) => {
        const { letters } =
          names.length > 0
            ? { letters: await findLetters(reader, names, filter) }
            : await reader.list(filter, 1);
        const found = await reader.read(letters.map(({ id }) => id));
        if (found.length === 0) throw noSuchLetter("fits");
        const shown = [];
        for (const letter of found) {
          const chain = await reader.findChain(letter);
          const windows = await reader.findWindows(letter.id);
          shown.push({ letter, surroundings: { chain, windows } });
        }
        writeLine(
          json === true
            ? JSON.stringify(
                shown.map(({ letter, surroundings: { chain, windows } }) => ({
                  ...toLetterJson(letter),
                  letters_of_record: chain.map(Number),
                  windows,
                })),
                undefined,
                2,
              )
            : shown
                .map(({ letter, surroundings }) =>
                  renderLetter(letter, surroundings),
                )
                .join("\n\n"),
        );
      });
    },
  );
