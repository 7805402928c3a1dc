import type { Suspect } from "#shared/domain/judge-suspects.ts";
import type { MissingReference } from "#shared/domain/rejection.ts";
import { loadStatement } from "#shared/sql.ts";

import type { Transaction } from "./session.ts";

const findSuspects = loadStatement(
  "queries/aggregate-micro-batch/find_suspects",
);

interface SuspectRow {
  readonly ordinal: number;
  readonly is_future: boolean;
  readonly passed_horizon: Date | null;
  readonly has_same_payload: boolean | null;
  readonly missing_user_id: number | null;
  readonly missing_artist_id: number | null;
  readonly missing_album_id: number | null;
  readonly missing_song_id: number | null;
  readonly missing_device_id: number | null;
  readonly missing_location_id: number | null;
}

/** Those of the plays staged in this transaction that cannot simply be inserted. */
export async function readSuspects(
  transaction: Transaction,
): Promise<Suspect[]> {
  const rows = await transaction.query<SuspectRow>(findSuspects);
  return rows.map((row) => {
    const references = [
      { dimension: "users", id: row.missing_user_id },
      { dimension: "artists", id: row.missing_artist_id },
      { dimension: "albums", id: row.missing_album_id },
      { dimension: "songs", id: row.missing_song_id },
      { dimension: "devices", id: row.missing_device_id },
      { dimension: "locations", id: row.missing_location_id },
    ] as const;
    return {
      ordinal: row.ordinal,
      isFuture: row.is_future,
      passedHorizonMicros:
        row.passed_horizon === null
          ? null
          : row.passed_horizon.getTime() * 1000,
      missingReferences: references.filter(
        (reference): reference is MissingReference & typeof reference =>
          reference.id !== null,
      ),
      hasPayloadOfFact: row.has_same_payload,
    };
  });
}
