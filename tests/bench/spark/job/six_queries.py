"""The job as it was: a query for the facts and one for each metric table, each of which reads the topic."""

from pathlib import Path

from plays import read_plays
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.streaming import StreamingQuery
from settings import Settings

WATERMARK = "10 minutes"


METRICS = {
    "stream_count": "count(*)",
    "total_listen_time": "sum(stream_duration_seconds)",
    "avg_listen_time": "avg(stream_duration_seconds)",
    "completion_rate": "avg(cast(is_complete_play as int))",
    "skip_rate": "avg(cast(is_skipped as int))",
    "like_rate": "avg(cast(is_liked as int))",
    "share_rate": "avg(cast(is_shared as int))",
    "playlist_add_rate": "avg(cast(is_added_to_playlist as int))",
    # A stream has no exact distinct counts.
    "unique_users": "approx_count_distinct(user_id)",
    "unique_songs": "approx_count_distinct(song_id)",
    "unique_artists": "approx_count_distinct(artist_id)",
}

TABLES = {
    "user_engagement_metrics": (
        "5 minutes",
        ["user_id"],
        "stream_count total_listen_time avg_listen_time skip_rate like_rate share_rate playlist_add_rate",
    ),
    "content_performance_metrics": (
        "5 minutes",
        ["song_id", "artist_id"],
        "stream_count completion_rate skip_rate like_rate",
    ),
    "device_metrics": ("5 minutes", ["device_id"], "stream_count avg_listen_time completion_rate"),
    "location_metrics": ("5 minutes", ["location_id"], "stream_count unique_users unique_songs"),
    "hourly_metrics": (
        "1 hour",
        [],
        "stream_count unique_users unique_songs unique_artists total_listen_time avg_listen_time skip_rate like_rate",
    ),
}


def start_six_queries(spark: SparkSession, settings: Settings) -> list[StreamingQuery]:
    """Starts the queries; each ends when it has handled what the topic held at its start."""

    def start(table: str, rows: DataFrame) -> StreamingQuery:
        def append(batch: DataFrame, _: int) -> None:
            batch.write.format("jdbc").options(**settings.jdbc_options, dbtable=table).mode("append").save()

        return (
            rows.writeStream.queryName(table)
            .outputMode("append")
            .option("checkpointLocation", str(Path(settings.work_dir, "checkpoints", table)))
            .trigger(availableNow=True)
            .foreachBatch(append)
            .start()
        )

    facts = start("stream_events", read_plays(spark, settings))
    windows = [
        start(table, aggregate(read_plays(spark, settings), size, keys, metrics.split()))
        for table, (size, keys, metrics) in TABLES.items()
    ]
    return [facts, *windows]


def aggregate(plays: DataFrame, size: str, keys: list[str], metrics: list[str]) -> DataFrame:
    """The metrics of each tumbling window and key, a row once the watermark has passed the window's end."""
    return (
        plays.withWatermark("timestamp", WATERMARK)
        .groupBy(F.window("timestamp", size), *keys)
        .agg(*(F.expr(METRICS[metric]).alias(metric) for metric in metrics))
        .select(F.col("window.start").alias("time_window"), *keys, *metrics)
    )
