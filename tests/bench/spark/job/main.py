"""Runs one of the benchmark's Spark jobs over what the topic holds, and reports on the standard output when."""

import json
import sys
import time
from datetime import datetime
from pathlib import Path

from one_pass import finish_one_pass, start_one_pass
from pyspark.errors import StreamingQueryException
from pyspark.sql import SparkSession
from settings import Settings, read_settings
from six_queries import start_six_queries

CORES = 2
# 200 where a job is not named.
SHUFFLE_PARTITIONS = {"spark-few-partitions": 2 * CORES, "spark-tuned": CORES}


def open_session(settings: Settings) -> SparkSession:
    """Starts Spark; what it writes to disk for itself goes below the work directory."""
    builder = (
        SparkSession.builder.master(f"local[{CORES}]")
        .appName(f"bench-{settings.job}")
        .config("spark.driver.memory", "2g")
        .config("spark.driver.extraClassPath", settings.jars)
        .config("spark.driver.extraJavaOptions", f"-Djava.io.tmpdir={settings.work_dir}")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.local.dir", settings.work_dir)
        .config("spark.sql.warehouse.dir", str(Path(settings.work_dir, "warehouse")))
        .config("spark.sql.session.timeZone", "UTC")
        # The first batch's progress is read at the end.
        .config("spark.sql.streaming.numRecentProgressUpdates", "100000")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
    )
    if settings.job in SHUFFLE_PARTITIONS:
        builder = builder.config("spark.sql.shuffle.partitions", str(SHUFFLE_PARTITIONS[settings.job]))
    return builder.getOrCreate()


def run(settings: Settings) -> None:
    """Runs the job that the settings name to its end."""
    spark = open_session(settings)
    report("ready")
    if settings.job == "spark-tuned":
        queries = [start_one_pass(spark, settings)]
    else:
        queries = start_six_queries(spark, settings)
    for query in queries:
        query.awaitTermination()
    if settings.job == "spark-tuned":
        finish_one_pass(settings)
    finished_at = time.time()
    progress = [batch for query in queries for batch in query.recentProgress]
    first_batch_at = min(datetime.fromisoformat(batch["timestamp"]).timestamp() for batch in progress)
    report("done", seconds=finished_at - first_batch_at, batches=len(progress))
    spark.stop()


def report(event: str, **values: float) -> None:
    """Writes a line for the benchmark."""
    print(json.dumps({"event": event, **values}), flush=True)


if __name__ == "__main__":
    try:
        run(read_settings(sys.stdin))
    except StreamingQueryException as failure:
        # After the reason comes the whole plan, of which the benchmark would show the end.
        sys.exit(str(failure).partition("=== Streaming Query ===")[0])
