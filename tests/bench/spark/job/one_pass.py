"""The best that can be made of Spark for the job: one query that reads the topic once, and COPY."""

from pathlib import Path

import psycopg
from copy_rows import copy_rows
from plays import read_plays
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.streaming import StreamingQuery
from settings import Settings

CORES = 2

FACT = (
    "event_id timestamp user_id song_id artist_id album_id device_id location_id stream_duration_seconds "
    "is_complete_play is_skipped is_liked is_shared is_added_to_playlist"
).split()

PLAYS = "count(*) as play_count"
LISTENED = "sum(stream_duration_seconds) as listened_seconds"
COMPLETED = "count_if(is_complete_play) as completed_count"
SKIPPED = "count_if(is_skipped) as skipped_count"
LIKED = "count_if(is_liked) as liked_count"
SHARED = "count_if(is_shared) as shared_count"
ADDED = "count_if(is_added_to_playlist) as added_count"
USERS = "collect_set(user_id) as users"
SONGS = "collect_set(song_id) as songs"
ARTISTS = "collect_set(artist_id) as artists"

PARTIALS = {
    "user_engagement_partials": ("5 minutes", ["user_id"], [PLAYS, LISTENED, SKIPPED, LIKED, SHARED, ADDED]),
    "content_performance_partials": ("5 minutes", ["song_id", "artist_id"], [PLAYS, COMPLETED, SKIPPED, LIKED]),
    "device_partials": ("5 minutes", ["device_id"], [PLAYS, LISTENED, COMPLETED]),
    "location_partials": ("5 minutes", ["location_id"], [PLAYS, USERS, SONGS]),
    "hourly_partials": ("1 hour", [], [PLAYS, USERS, SONGS, ARTISTS, LISTENED, SKIPPED, LIKED]),
}


def start_one_pass(spark: SparkSession, settings: Settings) -> StreamingQuery:
    """Starts the query; it ends when it has handled what the topic held at its start."""

    def write(batch: DataFrame, _: int) -> None:
        # A task a core: each has a connection of its own.
        plays = batch.coalesce(CORES).persist()
        copy_rows(plays.select(FACT), "stream_events", settings.database_url)
        for table, (size, keys, sums) in PARTIALS.items():
            copy_rows(aggregate(plays, size, keys, sums), table, settings.database_url)
        plays.unpersist()

    return (
        read_plays(spark, settings)
        .writeStream.queryName("one_pass")
        .option("checkpointLocation", str(Path(settings.work_dir, "checkpoint")))
        .trigger(availableNow=True)
        .foreachBatch(write)
        .start()
    )


def finish_one_pass(settings: Settings) -> None:
    """Merges the partial aggregates of all batches into the metric tables."""
    merge = Path(__file__).parent.joinpath("merge_partials.sql").read_text()
    with psycopg.connect(settings.database_url) as connection:
        connection.execute(merge)


def aggregate(plays: DataFrame, size: str, keys: list[str], sums: list[str]) -> DataFrame:
    """The partial aggregates of a batch by window and key."""
    windowed = plays.selectExpr("*", f"window(timestamp, '{size}').start as time_window")
    return windowed.groupBy("time_window", *keys).agg(*map(F.expr, sums))
