import { accessSync, constants, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname } from "node:path";

import { InvalidArgumentError, Option } from "commander";

/** `--json <file>`, refused at once where the file cannot be written: a benchmark takes minutes. */
export const jsonOption = (
  description = "also write the result into a file",
): Option =>
  new Option("--json <file>", description).argParser(parseResultFile);

function parseResultFile(file: string): string {
  const existing = statSync(file, { throwIfNoEntry: false });
  try {
    if (existing?.isDirectory() === true) throw new Error("it is a directory");
    accessSync(existing === undefined ? dirname(file) : file, constants.W_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidArgumentError(
      `Expected a file that can be written, in a directory that is there: ${reason}.`,
    );
  }
  return file;
}

/** Writes a result as JSON, if a file is given. */
export async function writeResult(
  file: string | undefined,
  result: unknown,
): Promise<void> {
  if (file === undefined) return;
  await writeFile(file, `${JSON.stringify(result, null, 2)}\n`);
}
