import { open, rm } from "node:fs/promises";

import { PipelineError } from "#shared/errors.ts";
import { cutIntoChunks } from "./cut-into-chunks.ts";
import { toLetterJson } from "./letter-json.ts";
import type { LetterFilter } from "./letter-filter.ts";
import type { LetterReader } from "./letter-reader.ts";

const LETTERS_PER_CHUNK = 500;

export interface ExportOptions {
  readonly reader: LetterReader;
  readonly filter: LetterFilter;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** Writes letters as JSON, one a line, oldest first; returns how many. Throws the signal's reason. */
export async function exportLetters(
  { reader, filter, signal, onProgress }: ExportOptions,
  write: (lines: string) => Promise<unknown>,
): Promise<number> {
  const found = await reader.findIds(filter);
  let written = 0;
  onProgress(0, found.length);
  for (const ids of cutIntoChunks(found, LETTERS_PER_CHUNK)) {
    signal.throwIfAborted();
    const letters = await reader.read(ids);
    await write(
      letters
        .map((letter) => `${JSON.stringify(toLetterJson(letter))}\n`)
        .join(""),
    );
    written += letters.length;
    onProgress(written, found.length);
  }
  return written;
}

/**
 * Gives `work` a new file that only its owner may read, for letters hold what people sent; removes it where `work` fails.
 * Throws `file_exists`, `directory_unreachable` (user).
 */
export async function withNewFile<Result>(
  path: string,
  work: (write: (text: string) => Promise<unknown>) => Promise<Result>,
): Promise<Result> {
  const file = await open(path, "wx", 0o600).catch((cause: unknown) => {
    throw describeOpening(path, cause);
  });
  try {
    return await work((text) => file.appendFile(text));
  } catch (error) {
    // Some of the letters look like all of them.
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

function describeOpening(path: string, cause: unknown): unknown {
  if (!(cause instanceof Error && "code" in cause)) return cause;
  if (cause.code === "EEXIST")
    return new PipelineError(
      `${path} exists already, and nothing is written over. Give another name as --output, or remove the file.`,
      { code: "file_exists", domain: "user", cause },
    );
  return new PipelineError(
    `${path} cannot be written: ${cause.message}. Give a place as --output where you may write.`,
    { code: "directory_unreachable", domain: "user", cause },
  );
}
