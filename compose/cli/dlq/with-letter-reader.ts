import {
  type LetterReader,
  openLetterReader,
} from "#compose/dead-letters/letter-reader.ts";
import { readConfig } from "#shared/config.ts";
import { readEnvironment } from "../environment.ts";
import { findDatabase } from "../find-connections.ts";

/** Runs the work with a reader of the database that is found, with the rights of a reader; throws what finding it throws. */
export async function withLetterReader<Result>(
  dataDir: string,
  work: (reader: LetterReader) => Promise<Result>,
): Promise<Result> {
  const databaseUrls = await findDatabase(
    dataDir,
    readConfig([], readEnvironment()),
  );
  const reader = openLetterReader(databaseUrls.reader);
  try {
    return await work(reader);
  } finally {
    await reader.close();
  }
}
