import { readLetter, type StoredLetter } from "#shared/domain/read-letter.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";

import { readFailureDocument } from "./read-failure-document.ts";

/** Reads a record of the dead-letter topic: a letter of ours, or an event source mapping's document of a record that it gave up. */
export function readDeadRecord(record: KafkaRecord): StoredLetter {
  const letter = readLetter(record);
  if (letter.isReadable || record.value === null) return letter;
  const document = readFailureDocument(record.value);
  if (document === undefined) return letter;
  return document.ok ? document.value : { ...letter, detail: document.detail };
}
