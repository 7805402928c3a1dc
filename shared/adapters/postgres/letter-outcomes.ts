import { decodeDimension } from "#shared/domain/decode-dimension.ts";
import type { DimensionVersion } from "#shared/ports/dimension-warehouse.ts";
import type { DueLetter } from "#shared/ports/redrive-store.ts";
import { loadStatement } from "#shared/sql.ts";

import {
  applyVersions,
  findMissingArtists,
  readArtistId,
} from "./dimension-versions.ts";
import type { Transaction } from "./session.ts";

const settle = loadStatement("queries/redrive/settle_letters");

type Resolution =
  | "landed"
  | "applied"
  | "superseded"
  | "attempts_spent"
  | "by_operator"
  | "replaced";

/** What is written down of somebody who did something with a letter. */
export interface LetterAction {
  readonly action: "redriven" | "applied" | "buried";
  readonly actor: string;
  readonly note?: string | null;
}

/** Applies versions of dimensions as of the record that was rejected: an older one than the row's changes nothing. */
export async function applyLetters(
  transaction: Transaction,
  letters: readonly DueLetter[],
): Promise<Record<"applied" | "superseded" | "undecodable", DueLetter[]>> {
  const versions = new Map<DueLetter, DimensionVersion>();
  for (const letter of letters) {
    const decoded = decodeDimension(letter.record);
    if (decoded.ok)
      versions.set(letter, { record: decoded.value, position: letter.record });
  }
  const missing = await findMissingArtists(
    transaction,
    [...versions.values()]
      .map(readArtistId)
      .filter((artistId) => artistId !== null),
  );
  const applicable = [...versions].filter(([, version]) => {
    const artistId = readArtistId(version);
    return artistId === null || !missing.has(artistId);
  });
  const applied: DueLetter[] = [];
  const superseded: DueLetter[] = [];
  // One at a time, oldest first: each letter is told what became of it.
  for (const [letter, version] of applicable) {
    const written = await applyVersions(transaction, version.record.dimension, [
      version,
    ]);
    (written.has(version.record.id) ? applied : superseded).push(letter);
  }
  const isHandled = new Set(applicable.map(([letter]) => letter));
  return {
    applied,
    superseded,
    undecodable: letters.filter((letter) => !isHandled.has(letter)),
  };
}

/** Ends letters, and notes who did, where somebody did anything. */
export async function settleLetters(
  transaction: Transaction,
  letterIds: readonly string[],
  state: "resolved" | "buried",
  resolution: Resolution,
  by?: LetterAction,
): Promise<void> {
  if (letterIds.length === 0) return;
  await transaction.query(settle, [
    letterIds,
    state,
    resolution,
    by?.action ?? null,
    by?.actor ?? null,
    by?.note ?? null,
  ]);
}
