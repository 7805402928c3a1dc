import {
  exportLetters,
  withNewFile,
} from "#compose/dead-letters/export-letters.ts";
import { createCommand, type CommonOptions } from "../create-command.ts";
import { listenForInterruption } from "../interruption.ts";
import { openProgress } from "./action-options.ts";
import {
  addFilterOptions,
  type FilterOptions,
  type LetterName,
  readFilter,
} from "./filter-options.ts";
import { withLetterReader } from "./with-letter-reader.ts";

interface ExportCommandOptions extends CommonOptions, FilterOptions {
  readonly output?: string;
}

export const exportCommand = addFilterOptions(
  createCommand(
    "export",
    "Writes letters as JSON, one a line, original bytes restorable; all of them unless some are chosen",
  ),
)
  .option(
    "--output <file>",
    "a new file, mode 600 (by default the standard output)",
  )
  .action(
    async (
      names: readonly LetterName[],
      { dataDir, output, ...options }: ExportCommandOptions,
    ) => {
      const filter = readFilter(names, options);
      const progress = openProgress();
      const count = await withLetterReader(dataDir, (reader) => {
        const exporting = (write: (text: string) => Promise<unknown>) =>
          exportLetters(
            {
              reader,
              filter,
              signal: listenForInterruption(),
              onProgress: progress.draw,
            },
            write,
          );
        return output === undefined
          ? exporting(writeOut)
          : withNewFile(output, exporting);
      }).finally(progress.clear);
      process.stderr.write(
        `${count} ${count === 1 ? "letter" : "letters"} written${output === undefined ? "" : ` to ${output}`}\n`,
      );
    },
  );

/** Waits for whoever reads: many letters are larger than a pipe. */
function writeOut(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
