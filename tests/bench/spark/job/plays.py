"""The plays of the topic as a stream of rows."""

import json
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from settings import Settings

TYPES = {
    "uuid": "string",
    "id": "int",
    "timestamp": "timestamp",
    "seconds": "int",
    "flag": "boolean",
}


def read_schema(schema_file: str) -> str:
    """Returns Spark's description of the fields that the topic's JSON Schema declares."""
    properties = json.loads(Path(schema_file).read_text())["properties"]
    types = {name: TYPES[Path(field["$ref"]).name] for name, field in properties.items()}
    return ", ".join(f"`{name}` {kind}" for name, kind in types.items())


def read_plays(spark: SparkSession, settings: Settings) -> DataFrame:
    """Reads all partitions of the topic from their beginning."""
    records = (
        spark.readStream.format("kafka")
        .option("kafka.bootstrap.servers", settings.bootstrap_servers)
        .option("subscribe", settings.topic)
        .option("startingOffsets", "earliest")
        .load()
    )
    play = F.from_json(F.col("value").cast("string"), read_schema(settings.schema_file))
    return records.select(play.alias("play")).select("play.*")
