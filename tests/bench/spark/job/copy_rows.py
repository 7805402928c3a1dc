"""COPY from the columns of a data frame, without a Python object for any row."""

from collections.abc import Iterator

import psycopg
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DataType


def copy_rows(rows: DataFrame, table: str, database_url: str) -> None:
    """Copies the rows into the table's columns of the same names, each partition in a transaction of its own."""
    columns = ", ".join(f'"{name}"' for name in rows.columns)
    statement = f"copy {table} ({columns}) from stdin"

    def copy(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        with psycopg.connect(database_url) as connection, connection.cursor() as cursor:
            with cursor.copy(statement) as stream:
                for batch in batches:
                    stream.write(text_of(batch.column(0)))
        return iter(())

    lines = F.concat_ws("\t", *(to_text(field.name, field.dataType) for field in rows.schema))
    rows.select(F.concat(lines, F.lit("\n"))).mapInArrow(copy, "nothing int").collect()


def to_text(name: str, kind: DataType) -> Column:
    """A column as COPY reads it; none of ours has a tab, a line end or a null."""
    column = F.col(name)
    if isinstance(kind, ArrayType):
        return F.concat(F.lit("{"), F.concat_ws(",", column.cast("array<string>")), F.lit("}"))
    return column.cast("string")


def text_of(lines: pa.StringArray) -> memoryview:
    """The texts of an array end to end, as they lie in memory."""
    offsets, data = lines.buffers()[1:]
    ends = memoryview(offsets).cast("i")
    return memoryview(data)[ends[lines.offset] : ends[lines.offset + len(lines)]]
