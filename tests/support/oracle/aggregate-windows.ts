/** The start of the play's window: half-open and aligned to the epoch, before 1970 too, where `%` is negative. */
const windowStart = (windowUs: bigint): string =>
  `played_at_us - ((played_at_us % ${windowUs}) + ${windowUs}) % ${windowUs}`;

const divide = (dividend: string): string =>
  `cast(${dividend} as double) / cast(count(*) as double)`;
const rate = (flag: string): string =>
  divide(`count(*) filter (where ${flag})`);

/** The metric columns by name; every rate is one division of integers (design.md, 3). */
const METRICS = {
  stream_count: "count(*)",
  total_listen_time: "cast(sum(stream_duration_seconds) as bigint)",
  avg_listen_time: divide("cast(sum(stream_duration_seconds) as bigint)"),
  completion_rate: rate("is_complete_play"),
  skip_rate: rate("is_skipped"),
  like_rate: rate("is_liked"),
  share_rate: rate("is_shared"),
  playlist_add_rate: rate("is_added_to_playlist"),
  unique_users: "count(distinct user_id)",
  unique_songs: "count(distinct song_id)",
  unique_artists: "count(distinct artist_id)",
};

type Metric = keyof typeof METRICS;

/** The query that gives one metric table, sorted by its key, from the table `fact_plays`. */
function aggregateBy(
  windowUs: bigint,
  keys: readonly string[],
  metrics: readonly Metric[],
): string {
  const columns = [
    `${windowStart(windowUs)} as time_window`,
    ...keys,
    ...metrics.map((metric) => `${METRICS[metric]} as ${metric}`),
  ];
  const key = ["time_window", ...keys].join(", ");
  return `select ${columns.join(", ")} from fact_plays group by ${key} order by ${key}`;
}

/** The queries of the five metric tables (design.md, 3) for two window sizes in microseconds. */
export const buildMetricQueries = (
  minuteWindowUs: bigint,
  hourWindowUs: bigint,
) => ({
  userEngagement: aggregateBy(
    minuteWindowUs,
    ["user_id"],
    [
      "stream_count",
      "total_listen_time",
      "avg_listen_time",
      "skip_rate",
      "like_rate",
      "share_rate",
      "playlist_add_rate",
    ],
  ),
  contentPerformance: aggregateBy(
    minuteWindowUs,
    ["song_id", "artist_id"],
    ["stream_count", "completion_rate", "skip_rate", "like_rate"],
  ),
  device: aggregateBy(
    minuteWindowUs,
    ["device_id"],
    ["stream_count", "avg_listen_time", "completion_rate"],
  ),
  location: aggregateBy(
    minuteWindowUs,
    ["location_id"],
    ["stream_count", "unique_users", "unique_songs"],
  ),
  hourly: aggregateBy(
    hourWindowUs,
    [],
    [
      "stream_count",
      "unique_users",
      "unique_songs",
      "unique_artists",
      "total_listen_time",
      "avg_listen_time",
      "skip_rate",
      "like_rate",
    ],
  ),
});
