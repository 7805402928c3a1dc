import type { DatabaseInUse } from "#tests/support/rows/use-database.ts";

/** Plays in all published windows, by the metric table that counts them. */
export async function countStreams(
  database: DatabaseInUse,
): Promise<Record<string, unknown>> {
  const [row = {}] = await database.rows(
    `select
       (select coalesce(sum(stream_count), 0) from user_engagement_metrics) as users,
       (select coalesce(sum(stream_count), 0) from content_performance_metrics) as songs,
       (select coalesce(sum(stream_count), 0) from device_metrics) as devices,
       (select coalesce(sum(stream_count), 0) from location_metrics) as locations,
       (select coalesce(sum(stream_count), 0) from hourly_metrics) as hours`,
  );
  return row;
}

/** The result of `countStreams` when every table counts the same plays. */
export function allCount(plays: number): Record<string, number> {
  return {
    users: plays,
    songs: plays,
    devices: plays,
    locations: plays,
    hours: plays,
  };
}
