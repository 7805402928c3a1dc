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

/** What retention gives up, in microseconds since the epoch; nulls where it gives up nothing. */
export interface Retention {
  readonly horizonUs: bigint | null;
  readonly sinceUs: bigint | null;
}

/**
 * Builds `known_ids` with the time since when they are known: an album counts only with a known artist, as it is parked
 * until then (design.md, 4).
 */
const KNOWN_IDS = `
  create table known_ids as
  select topic, id, min(record_at_us) as known_at_us
  from dimensions
  where topic <> 'albums'
  group by topic, id
  union all
  select 'albums', album.id, min(greatest(album.record_at_us, artist.record_at_us))
  from dimensions as album
  join dimensions as artist on artist.topic = 'artists' and artist.id = album.artist_id
  where album.topic = 'albums'
  group by album.id`;

/** Builds `early_ids`, those that every play may refer to: all of them unless retention has begun before they came. */
const earlyIds = ({ sinceUs }: Retention): string => `
  create table early_ids as
  select topic, id from known_ids where coalesce(known_at_us < ${sinceUs}, true)`;

const isKnown = (topic: string, column: string): string => `(
  ${column} in (select id from early_ids where topic = '${topic}')
  or is_after and ${column} in (select id from known_ids where topic = '${topic}')
)`;

/**
 * Builds `judged`: the faults that a play has by itself; 5 minutes ahead of its record is still allowed, and so is a play
 * on the horizon. `is_after`: it was handled when the horizon had moved.
 */
const judged = ({ horizonUs, sinceUs }: Retention): string => `
  create table judged as
  select
    *,
    coalesce(record_at_us >= ${sinceUs}, false) as is_after,
    played_at_us > record_at_us + 300000000 as is_future,
    coalesce(played_at_us < ${horizonUs}, false) as is_before_horizon,
    is_after and is_before_horizon as is_expired,
    not (
      ${isKnown("users", "user_id")}
      and ${isKnown("songs", "song_id")}
      and ${isKnown("artists", "artist_id")}
      and ${isKnown("albums", "album_id")}
      and ${isKnown("devices", "device_id")}
      and ${isKnown("locations", "location_id")}
    ) as is_orphan
  from plays`;

const FIRST_OF_EACH_ID =
  "qualify row_number() over (partition by event_id order by partition_id, record_offset) = 1";

/**
 * Builds `fact_plays`, every play that was ever a fact, as metric tables stay: the first acceptable record of each id by
 * (partition, offset); after the horizon had moved, also of ids whose fact it has given up.
 */
const FACT_PLAYS = `
  create table fact_plays as
  with acceptable as (
    select * from judged where not is_future and not is_expired and not is_orphan
  ), before as (
    select * from acceptable where not is_after ${FIRST_OF_EACH_ID}
  )
  select * from before
  union all
  select *
  from acceptable
  where is_after and event_id not in (select event_id from before where not is_before_horizon)
  ${FIRST_OF_EACH_ID}`;

/** Statements that turn the loaded records into the tables `judged` and `fact_plays`, in this order. */
export const judgePlays = (retention: Retention): readonly string[] => [
  KNOWN_IDS,
  earlyIds(retention),
  judged(retention),
  // A million plays take some hundred megabytes in each table.
  "drop table plays",
  FACT_PLAYS,
];

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
  where not is_before_horizon
  order by event_id`;

/**
 * One outcome per record, by the order of checks of design.md, 4: a fact is one only from its own position on, and where
 * the horizon has given it up, for plays handled before that only.
 */
export const OUTCOMES = `
  with facts as (
    select false as seen_after, * from fact_plays where not is_after
    union all
    select true, * from fact_plays where not is_before_horizon
  )
  select partition_id, record_offset, null as event_id, 'rejected:' || reason as outcome
  from undecodable
  union all
  select
    play.partition_id,
    play.record_offset,
    play.event_id,
    case
      when fact.event_id is null
        or (play.is_after, play.partition_id, play.record_offset)
          < (fact.is_after, fact.partition_id, fact.record_offset)
        then case
          when play.is_future then 'rejected:future_timestamp'
          when play.is_expired then 'rejected:older_than_retention'
          else 'rejected:unknown_reference'
        end
      when (play.partition_id, play.record_offset) = (fact.partition_id, fact.record_offset)
        then 'accepted'
      when row(${payloadOf("play")}) = row(${payloadOf("fact")}) then 'duplicate'
      else 'rejected:conflicting_duplicate'
    end as outcome
  from judged as play
  left join facts as fact on fact.event_id = play.event_id and fact.seen_after = play.is_after
  order by partition_id, record_offset`;

/** Ids with several payloads that could each become the fact. */
export const CONFLICTING_IDS = `
  select play.event_id
  from judged as play
  where not play.is_future and not play.is_expired and not play.is_orphan
  group by play.event_id
  having count(distinct row(${payloadOf("play")})) > 1
  order by play.event_id`;

/** Ids with several payloads, or in several partitions, between which Kafka promises no order. */
export const ORDER_DEPENDENT_IDS = `
  select play.event_id
  from judged as play
  group by play.event_id
  having count(distinct play.partition_id) > 1 or count(distinct row(${payloadOf("play")})) > 1
  order by play.event_id`;
