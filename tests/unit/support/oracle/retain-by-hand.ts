import type {
  OracleRecord,
  OracleRetention,
  Outcome,
} from "#tests/support/oracle/types.ts";

import { makeEventId, makePlay, makePlayRecord } from "./make-records.ts";

/** A play as the plain second judge sees it; its offset is its place in the list. */
export interface RetainedPlay {
  id: number;
  partition: number;
  recordMs: number;
  playedUs: number;
  /** User 1 has always been there, user 98 since the horizon moved, and user 99 never. */
  userId: 1 | 98 | 99;
  durationSeconds: number;
}

type Check = (
  play: RetainedPlay,
  judge: {
    isSecondPhase: boolean;
    retention: OracleRetention;
    fact: RetainedPlay | undefined;
  },
) => Outcome | undefined;

const isSamePlay = (left: RetainedPlay, right: RetainedPlay): boolean =>
  left.playedUs === right.playedUs &&
  left.userId === right.userId &&
  left.durationSeconds === right.durationSeconds;

export const findKnown: Check = (play, { fact }) =>
  fact &&
  (isSamePlay(play, fact) ? "duplicate" : "rejected:conflicting_duplicate");
export const findFuture: Check = ({ recordMs, playedUs }) =>
  playedUs > recordMs * 1000 + 300_000_000
    ? "rejected:future_timestamp"
    : undefined;
export const findOld: Check = ({ playedUs }, { isSecondPhase, retention }) =>
  isSecondPhase && playedUs < retention.horizonMs * 1000
    ? "rejected:older_than_retention"
    : undefined;
export const findOrphan: Check = ({ userId }, { isSecondPhase }) =>
  userId === 99 || (userId === 98 && !isSecondPhase)
    ? "rejected:unknown_reference"
    : undefined;

/** The decisions of the plain judge; each can be exchanged for a wrong one. */
export interface RetentionRules {
  checks: readonly Check[];
  isSecondPhase: (recordMs: number, sinceMs: number) => boolean;
  isDeleted: (playedUs: number, horizonMs: number) => boolean;
  forgetsDeleted: boolean;
}

export const RIGHT_RULES: RetentionRules = {
  checks: [findKnown, findFuture, findOld, findOrphan],
  isSecondPhase: (recordMs, sinceMs) => recordMs >= sinceMs,
  isDeleted: (playedUs, horizonMs) => playedUs < horizonMs * 1000,
  forgetsDeleted: true,
};

/** Judges plays one after the other, as a single slow reader would; `facts` and `counted` are places in the list. */
export function retainByHand(
  plays: readonly RetainedPlay[],
  retention: OracleRetention,
  changes: Partial<RetentionRules> = {},
) {
  const rules = { ...RIGHT_RULES, ...changes };
  const outcomes: Outcome[] = [];
  const facts = new Map<number, number>();
  const known = new Map<number, RetainedPlay>();
  let counted = 0;
  for (const isSecondPhase of [false, true]) {
    const inPhase = [...plays.entries()]
      .filter(
        ([, { recordMs }]) =>
          rules.isSecondPhase(recordMs, retention.sinceMs) === isSecondPhase,
      )
      .toSorted(([, left], [, right]) => left.partition - right.partition);
    for (const [place, play] of inPhase) {
      const fact = known.get(play.id);
      const faults = rules.checks.map((check) =>
        check(play, { isSecondPhase, retention, fact }),
      );
      const outcome = faults.find((fault) => fault !== undefined) ?? "accepted";
      outcomes[place] = outcome;
      if (outcome === "accepted") {
        counted += 1;
        facts.set(play.id, place);
        known.set(play.id, play);
      }
    }
    const deleted = [...known].filter(
      ([, { playedUs }]) =>
        !isSecondPhase && rules.isDeleted(playedUs, retention.horizonMs),
    );
    for (const [id] of deleted) {
      facts.delete(id);
      if (rules.forgetsDeleted) {
        known.delete(id);
      }
    }
  }
  return { outcomes, facts: [...facts.values()], counted };
}

/** A time in microseconds as RFC 3339. */
const writeTime = (timeUs: number): string => {
  const second = new Date(Math.floor(timeUs / 1_000_000) * 1000);
  const fraction = (timeUs % 1_000_000).toString().padStart(6, "0");
  return second.toISOString().replace("000Z", `${fraction}Z`);
};

/** The play as a record of `stream-events`, its offset its place in the list. */
export const recordRetained = (
  play: RetainedPlay,
  place: number,
): OracleRecord =>
  makePlayRecord(
    place,
    makePlay({
      event_id: makeEventId(play.id),
      user_id: play.userId,
      timestamp: writeTime(play.playedUs),
      stream_duration_seconds: play.durationSeconds,
    }),
    { partition: play.partition, timestampMs: play.recordMs },
  );
