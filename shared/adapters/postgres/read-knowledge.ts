import type { DecodedPlay } from "#shared/domain/micro-batch.ts";
import { REFERENCES, type PlayKnowledge } from "#shared/domain/screen-plays.ts";
import type { Dimension } from "#shared/domain/topics.ts";
import { loadStatement, type Statement } from "#shared/sql.ts";

import { readHorizonMs } from "./retention-horizon.ts";
import type { Transaction } from "./session.ts";

// A plan for any number of ids in tables that are small now would read these from the start for every id, once they are
// large, until they are analysed again.
const load = (name: string): Statement => ({
  ...loadStatement(`queries/aggregate-micro-batch/${name}`),
  isPrepared: false,
});
const findMissingReferences = load("find_missing_references");
const findKnownIds = load("find_known_ids");

/** An array of numbers or UUIDs as Postgres reads it: the client would look at each for what is to be escaped. */
const toArrayText = (values: Iterable<number | string>): string =>
  `{${[...values].join(",")}}`;

/** Reads what decides whether plays can be inserted as they are. */
export async function readKnowledge(
  transaction: Transaction,
  plays: readonly DecodedPlay[],
): Promise<PlayKnowledge> {
  const missing = await transaction.query<{ dimension: Dimension; id: number }>(
    findMissingReferences,
    REFERENCES.map(([, read]) =>
      toArrayText(new Set(plays.map(({ event }) => read(event)))),
    ),
  );
  const known = await transaction.query<{ event_id: string }>(findKnownIds, [
    toArrayText(plays.map(({ event }) => event.eventId)),
  ]);
  const idsOf = (dimension: Dimension): ReadonlySet<number> =>
    new Set(
      missing.filter((row) => row.dimension === dimension).map(({ id }) => id),
    );
  return {
    missing: {
      users: idsOf("users"),
      artists: idsOf("artists"),
      albums: idsOf("albums"),
      songs: idsOf("songs"),
      devices: idsOf("devices"),
      locations: idsOf("locations"),
    },
    knownIds: new Set(known.map((row) => row.event_id)),
    horizonMicros: (await readHorizonMs(transaction, "facts")) * 1000,
  };
}
