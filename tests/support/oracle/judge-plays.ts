import type { OracleRetention } from "./types.ts";

/** What makes two plays of one id the same or not: all fields but the id, as decoded. */
const payloadOf = (alias: string): string =>
  [
    "user_id",
    "song_id",
    "artist_id",
    "album_id",
    "device_id",
    "location_id",
    "played_at_us",
    "stream_duration_seconds",
    "is_complete_play",
    "is_skipped",
    "is_liked",
    "is_shared",
    "is_added_to_playlist",
  ]
    .map((column) => `${alias}.${column}`)
    .join(", ");

/** Finds a position that was read twice: the oracle would otherwise count a reader's fault as a duplicate. */
export const REPEATED_POSITION = `
  select partition_id, record_offset
  from (
    select partition_id, record_offset from plays
    union all
    select partition_id, record_offset from undecodable
  )
  group by all
  having count(*) > 1
  order by all
  limit 1`;

/**
 * Which phase a record is of, 1 before the retention horizon moved and 2 from then on, and the last phase in which a play may be a fact.
 * Without retention all records are of the first phase, and facts are kept for ever.
 */
interface Era {
  phase: string;
  lastPhase: string;
}

const HOUR_MS = 3_600_000;

function describeEra(retention: OracleRetention | undefined): Era {
  if (retention === undefined) {
    return { phase: "1", lastPhase: "2" };
  }
  const { horizonMs, sinceMs } = retention;
  if (horizonMs % HOUR_MS !== 0) {
    throw new RangeError(
      `horizonMs is ${horizonMs}; give the milliseconds of a full hour, as the horizon is aligned to hours.`,
    );
  }
  return {
    phase: `if(record_at_us < ${BigInt(sinceMs) * 1000n}, 1, 2)`,
    lastPhase: `if(played_at_us < ${BigInt(horizonMs) * 1000n}, 1, 2)`,
  };
}

/**
 * Builds `known_ids` with the phase from which an id is known, some with both.
 * An album counts only with a known artist, as it is parked until then (design.md, 4).
 */
const buildKnownIds = ({ phase }: Era): string => `
  create table known_ids as
  with phased as (select *, ${phase} as phase from dimensions)
  select topic, id, phase from phased where topic <> 'albums'
  union
  select album.topic, album.id, greatest(album.phase, artist.phase)
  from phased as album
  join phased as artist on artist.topic = 'artists' and artist.id = album.artist_id
  where album.topic = 'albums'`;

const isKnown = (topic: string, column: string): string =>
  `play.${column} in (select id from known_ids where topic = '${topic}' and known_ids.phase <= play.phase)`;

/** Builds `judged`: the faults that a play has by itself; 5 minutes ahead of its record is still allowed, and so is the horizon. */
const buildJudged = ({ phase, lastPhase }: Era): string => `
  create table judged as
  with phased as (
    select *, ${phase} as phase, ${lastPhase} as last_phase from plays
  )
  select
    *,
    played_at_us > record_at_us + 300000000 as is_future,
    phase > last_phase as is_too_old,
    not (
      ${isKnown("users", "user_id")}
      and ${isKnown("songs", "song_id")}
      and ${isKnown("artists", "artist_id")}
      and ${isKnown("albums", "album_id")}
      and ${isKnown("devices", "device_id")}
      and ${isKnown("locations", "location_id")}
    ) as is_orphan
  from phased as play`;

/** Whether a play is acceptable and no fact of its id is left from the phase before. */
const COULD_BE_FACT = `
  not (play.is_future or play.is_too_old or play.is_orphan)
  and not exists (
    select 1
    from fact_plays as fact
    where fact.event_id = play.event_id and fact.phase < play.phase and fact.last_phase >= play.phase
  )`;

/** Adds to `fact_plays` the facts that one phase makes: the first acceptable record of each id by (partition, offset). */
const acceptPlays = (phase: 1 | 2): string => `
  insert into fact_plays
  select *
  from judged as play
  where play.phase = ${phase} and ${COULD_BE_FACT}
  qualify row_number() over (partition by event_id order by partition_id, record_offset) = 1`;

/**
 * Statements that turn the loaded records into the tables `judged` and `fact_plays`, in this order.
 * `fact_plays` holds all facts that there ever were: an id has a second one where retention deleted the first.
 */
export function judgePlays(retention?: OracleRetention): string[] {
  const era = describeEra(retention);
  return [
    buildKnownIds(era),
    buildJudged(era),
    // A million plays take some hundred megabytes in each table.
    "drop table plays",
    "create table fact_plays as from judged with no data",
    acceptPlays(1),
    acceptPlays(2),
  ];
}

/** The facts that are left, under the column names of design.md, 3; the time in microseconds since the epoch. */
export const FACTS = `
  select
    event_id,
    user_id,
    song_id,
    artist_id,
    album_id,
    device_id,
    location_id,
    played_at_us as "timestamp",
    stream_duration_seconds,
    is_complete_play,
    is_skipped,
    is_liked,
    is_shared,
    is_added_to_playlist
  from fact_plays
  where last_phase = 2
  order by event_id`;

const positionOf = (alias: string): string =>
  `(${alias}.phase, ${alias}.partition_id, ${alias}.record_offset)`;

/** One outcome per record, by the order of checks of design.md, 4: a fact is one only from its own position on, until retention deletes it. */
export const OUTCOMES = `
  select partition_id, record_offset, null as event_id, 'rejected:' || reason as outcome
  from undecodable
  union all
  select
    play.partition_id,
    play.record_offset,
    play.event_id,
    case
      when fact.event_id is null or ${positionOf("play")} < ${positionOf("fact")}
        then case
          when play.is_future then 'rejected:future_timestamp'
          when play.is_too_old then 'rejected:older_than_retention'
          else 'rejected:unknown_reference'
        end
      when ${positionOf("play")} = ${positionOf("fact")} then 'accepted'
      when row(${payloadOf("play")}) = row(${payloadOf("fact")}) then 'duplicate'
      else 'rejected:conflicting_duplicate'
    end as outcome
  from judged as play
  left join fact_plays as fact
    on fact.event_id = play.event_id and fact.phase <= play.phase and fact.last_phase >= play.phase
  order by partition_id, record_offset`;

/** Ids with several payloads of one phase that could each become the fact. */
export const CONFLICTING_IDS = `
  select distinct play.event_id
  from judged as play
  where ${COULD_BE_FACT}
  group by play.event_id, play.phase
  having count(distinct row(${payloadOf("play")})) > 1
  order by play.event_id`;

/** Ids with several payloads, or in several partitions, between which Kafka promises no order, in one phase. */
export const ORDER_DEPENDENT_IDS = `
  select distinct play.event_id
  from judged as play
  group by play.event_id, play.phase
  having count(distinct play.partition_id) > 1 or count(distinct row(${payloadOf("play")})) > 1
  order by play.event_id`;
