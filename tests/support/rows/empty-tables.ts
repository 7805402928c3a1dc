import type { Client } from "pg";

/**
 * Takes back what a test has done, except to dimensions: no facts, windows, ledger counts or letters, frontiers and
 * watermarks where a new database has them. Deleting is ten times as fast as TRUNCATE for so few rows.
 */
export async function emptyTables(owner: Client): Promise<void> {
  await owner.query(`
    delete from stream_events;
    delete from window_partials;
    delete from user_engagement_partials;
    delete from content_performance_partials;
    delete from device_partials;
    delete from location_partials;
    delete from hourly_partials;
    delete from user_engagement_metrics;
    delete from content_performance_metrics;
    delete from device_metrics;
    delete from location_metrics;
    delete from hourly_metrics;
    delete from location_listeners;
    delete from user_engagement_segments;
    delete from user_engagement_segment_versions;
    delete from user_segment_changes;
    delete from content_performance_hours;
    delete from location_listener_hours;
    delete from window_publications;
    delete from hour_rollups;
    delete from revision_marks;
    delete from late_play_counts;
    delete from metric_revisions;
    delete from dead_letters;
    delete from removed_counts;
    update retention_horizons set horizon = '-infinity', removed_count = 0;
    delete from record_attempts;
    delete from partition_ledger where incarnation > 1;
    update partition_ledger set
      handled_offsets = '{}', accepted_count = 0, duplicate_count = 0, redelivered_count = 0, late_count = 0,
      rejected_counts = '{}', newest_event_at = null, newest_record_at = null, handled_at = clock_timestamp(), is_idle = false;
    update topic_watermarks set watermark = '-infinity';
    update window_frontiers set closed_until = '-infinity'`);
}
