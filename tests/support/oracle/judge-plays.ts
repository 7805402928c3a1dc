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

/** Builds `known_ids`: an album counts only with a known artist, as it is parked until then (design.md, 4). */
const KNOWN_IDS = `
  create table known_ids as
  select topic, id from dimensions where topic <> 'albums'
  union
  select album.topic, album.id
  from dimensions as album
  join dimensions as artist on artist.topic = 'artists' and artist.id = album.artist_id
  where album.topic = 'albums'`;

const isKnown = (topic: string, column: string): string =>
  `${column} in (select id from known_ids where topic = '${topic}')`;

/**
 * Builds `judged`: the faults that a play has by itself; 5 minutes ahead of its record is still allowed, and so is a play
 * on the horizon.
 */
const judged = (horizonUs: bigint | null): string => `
  create table judged as
  select
    *,
    played_at_us > record_at_us + 300000000 as is_future,
    coalesce(played_at_us < ${horizonUs}, false) as is_expired,
    not (
      ${isKnown("users", "user_id")}
      and ${isKnown("songs", "song_id")}
      and ${isKnown("artists", "artist_id")}
      and ${isKnown("albums", "album_id")}
      and ${isKnown("devices", "device_id")}
      and ${isKnown("locations", "location_id")}
    ) as is_orphan
  from plays`;

/** Builds `fact_plays`: the first acceptable record of each id by (partition, offset). */
const FACT_PLAYS = `
  create table fact_plays as
  select *
  from judged
  where not is_future and not is_expired and not is_orphan
  qualify row_number() over (partition by event_id order by partition_id, record_offset) = 1`;

/** Statements that turn the loaded records into the tables `judged` and `fact_plays`, in this order. */
export const judgePlays = (horizonUs: bigint | null): readonly string[] => [
  KNOWN_IDS,
  judged(horizonUs),
  // A million plays take some hundred megabytes in each table.
  "drop table plays",
  FACT_PLAYS,
];

/** The facts under the column names of design.md, 3; the time in microseconds since the epoch. */
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
  order by event_id`;

/** One outcome per record, by the order of checks of design.md, 4: a fact is one only from its own position on. */
export const OUTCOMES = `
  select partition_id, record_offset, null as event_id, 'rejected:' || reason as outcome
  from undecodable
  union all
  select
    play.partition_id,
    play.record_offset,
    play.event_id,
    case
      when fact.event_id is null
        or (play.partition_id, play.record_offset) < (fact.partition_id, fact.record_offset)
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
  left join fact_plays as fact on fact.event_id = play.event_id
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
