import type { Catalogue } from "#shared/domain/catalogue/catalogue.ts";
import type { Random, RandomKey } from "#shared/domain/random.ts";
import type { StreamEvent } from "#shared/domain/stream-event.ts";

import { breakPlay } from "./break-play.ts";
import { makePlay } from "./make-play.ts";
import { decideMixIn, type MixInRates, type PlayKind } from "./mix-ins.ts";
import { serializePlay } from "./serialize-play.ts";

/** A record of `stream-events`, ready to be sent. */
export interface PlayRecord {
  /** The `event_id`. */
  readonly key: string;
  /** JSON, or whatever a malformed play has in its place. */
  readonly value: string | Uint8Array | null;
  readonly kind: PlayKind;
  /** Whether the record is to be sent once more. */
  readonly isDuplicate: boolean;
}

/** What all plays of a run have in common. */
export interface PlaySource {
  readonly catalogue: Catalogue;
  readonly key: RandomKey;
  readonly mixIns: MixInRates;
  readonly allowedLatenessMicros: number;
}

const MICROS_PER_SECOND = 1_000_000;
/** Beyond the allowed lateness: more than a window, so that the play's own window is closed too. */
const LEAST_OVERDUE_MICROS = 10 * 60 * MICROS_PER_SECOND;
const MOST_OVERDUE_MICROS = 6 * 3600 * MICROS_PER_SECOND;
/** How far above the catalogue the ids of orphans lie. */
const ORPHAN_SPREAD = 1000;

/** The record of an index; `timeMicros` is its place in the order of time, before anything is mixed in. */
export function makePlayRecord(
  source: PlaySource,
  index: number,
  timeMicros: number,
): PlayRecord {
  const { kind, isDuplicate, random } = decideMixIn(
    source.mixIns,
    source.key,
    index,
  );
  const eventMicros = Math.max(
    0,
    timeMicros - delayMicros(kind, random, source.allowedLatenessMicros),
  );
  const play = makePlay(source.catalogue, source.key, index, eventMicros);
  const json = serializePlay(
    kind === "orphan" ? orphan(play, random, source.catalogue) : play,
  );
  return {
    key: play.eventId,
    value: kind === "malformed" ? breakPlay(json, random) : json,
    kind,
    isDuplicate,
  };
}

/** How far the play lies behind its neighbours. */
function delayMicros(
  kind: PlayKind,
  random: Random,
  allowedLatenessMicros: number,
): number {
  if (kind === "late") {
    const overdue =
      LEAST_OVERDUE_MICROS +
      Math.floor(
        random.nextUnit() * (MOST_OVERDUE_MICROS - LEAST_OVERDUE_MICROS),
      );
    return allowedLatenessMicros + overdue;
  }
  if (kind === "outOfOrder") {
    // Half of what is allowed, since the newest play may have been sent a while before.
    return Math.ceil((1 - random.nextUnit()) * (allowedLatenessMicros / 2));
  }
  return 0;
}

/** The play with one reference to an entity above the catalogue's ids. */
function orphan(
  play: StreamEvent,
  random: Random,
  { sizes }: Catalogue,
): StreamEvent {
  const above = 1 + random.nextBelow(ORPHAN_SPREAD);
  switch (random.nextBelow(6)) {
    case 0:
      return { ...play, userId: sizes.users + above };
    case 1:
      return { ...play, songId: sizes.songs + above };
    case 2:
      return { ...play, artistId: sizes.artists + above };
    case 3:
      return { ...play, albumId: sizes.albums + above };
    case 4:
      return { ...play, deviceId: sizes.devices + above };
    default:
      return { ...play, locationId: sizes.locations + above };
  }
}
