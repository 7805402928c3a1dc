/** The columns that make a metric table's promise, key first; `revision` and `updated_at` are left out. */
export const METRIC_COLUMNS = {
  user_engagement:
    "time_window, user_id, stream_count, total_listen_time, avg_listen_time, skip_rate, like_rate, share_rate, playlist_add_rate",
  content_performance:
    "time_window, song_id, artist_id, stream_count, completion_rate, skip_rate, like_rate",
  device:
    "time_window, device_id, stream_count, avg_listen_time, completion_rate",
  location:
    "time_window, location_id, stream_count, unique_users, unique_songs",
  hourly:
    "time_window, stream_count, unique_users, unique_songs, unique_artists, total_listen_time, avg_listen_time, skip_rate, like_rate",
} as const;

export type Metric = keyof typeof METRIC_COLUMNS;

export const METRICS: readonly Metric[] = [
  "user_engagement",
  "content_performance",
  "device",
  "location",
  "hourly",
];

/** The query for all rows of a metric table in the order of its key. */
export function selectMetric(metric: Metric): string {
  return `select ${METRIC_COLUMNS[metric]} from ${metric}_metrics order by 1, 2, 3`;
}
