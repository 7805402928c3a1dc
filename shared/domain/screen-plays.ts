import type { References } from "./known-references.ts";
import type { DecodedPlay } from "./micro-batch.ts";
import { REFERENCES } from "./references.ts";

/** What the database knows of the plays of a micro-batch. */
export interface PlayKnowledge {
  /** Ids that are no row of their dimension. */
  readonly missing: References;
  /** Those of the event ids that are facts already. */
  readonly knownIds: ReadonlySet<string>;
  /** Where the facts have been given up, microseconds since the epoch; `-Infinity`: nowhere. */
  readonly horizonMicros: number;
}

/** Plays that can be inserted as they are, and those that want a closer look. */
export interface ScreenedPlays {
  readonly clean: DecodedPlay[];
  readonly doubtful: DecodedPlay[];
}

/**
 * Sets apart what cannot simply be inserted: plays from the future, from before the horizon, with a missing reference, whose
 * id is a fact, and all plays of an id that comes more than once.
 */
export function screenPlays(
  plays: readonly DecodedPlay[],
  { missing, knownIds, horizonMicros }: PlayKnowledge,
): ScreenedPlays {
  const repeated = findRepeatedIds(plays);
  const references = REFERENCES.filter(
    ([dimension]) => missing[dimension].size > 0,
  );
  const isDoubtful = ({ isFuture, event }: DecodedPlay): boolean =>
    isFuture ||
    event.timestampMicros < horizonMicros ||
    knownIds.has(event.eventId) ||
    repeated.has(event.eventId) ||
    references.some(([dimension, read]) => missing[dimension].has(read(event)));
  const clean: DecodedPlay[] = [];
  const doubtful: DecodedPlay[] = [];
  for (const play of plays) (isDoubtful(play) ? doubtful : clean).push(play);
  return { clean, doubtful };
}

function findRepeatedIds(plays: readonly DecodedPlay[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const { event } of plays) {
    if (seen.has(event.eventId)) repeated.add(event.eventId);
    seen.add(event.eventId);
  }
  return repeated;
}
