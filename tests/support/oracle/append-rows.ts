import {
  DuckDBDataChunk,
  type DuckDBAppender,
  type DuckDBConnection,
  type DuckDBType,
  type DuckDBValue,
} from "@duckdb/node-api";

/** DuckDB's vector size: a data chunk holds no more rows. */
const CHUNK_ROWS = 2048;

/** Appends rows to one table a chunk at a time; `close` writes the rest. */
export class RowAppender {
  readonly #appender: DuckDBAppender;
  readonly #types: readonly DuckDBType[];
  #columns: DuckDBValue[][];

  private constructor(appender: DuckDBAppender) {
    this.#appender = appender;
    this.#types = Array.from({ length: appender.columnCount }, (_, index) =>
      appender.columnType(index),
    );
    this.#columns = this.#types.map(() => []);
  }

  static async open(
    connection: DuckDBConnection,
    table: string,
  ): Promise<RowAppender> {
    return new RowAppender(await connection.createAppender(table));
  }

  append(row: readonly DuckDBValue[]): void {
    for (const [index, column] of this.#columns.entries()) {
      column.push(row[index] ?? null);
    }
    if (this.#columns[0]?.length === CHUNK_ROWS) {
      this.#writeChunk();
    }
  }

  close(): void {
    this.#writeChunk();
    this.#appender.closeSync();
  }

  #writeChunk(): void {
    const rowCount = this.#columns[0]?.length ?? 0;
    if (rowCount > 0) {
      const chunk = DuckDBDataChunk.create(this.#types, rowCount);
      chunk.setColumns(this.#columns);
      this.#appender.appendDataChunk(chunk);
      this.#columns = this.#types.map(() => []);
    }
  }
}
