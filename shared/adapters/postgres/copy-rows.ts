import type { Connection, Submittable } from "pg";

import type { Statement } from "#shared/sql.ts";

import type { Transaction } from "./session.ts";

/** A COPY from stdin, and its rows as `BinaryCopy` encodes them. */
export interface Copy {
  readonly statement: Statement;
  readonly rows: Buffer;
}

/**
 * Runs COPYs one after the other, in one round trip: a micro-batch has seven, and two round trips for each, with a stream
 * of its own, were half of what ten plays cost. Throws what Postgres throws; none behind the one that failed is run then.
 */
export async function copyRows(
  { client }: Transaction,
  copies: readonly Copy[],
): Promise<void> {
  await client.query(new CopyBatch(copies)).completed;
}

const COPY_DATA = 0x64;
const COPY_DONE = Buffer.from([0x63, 0, 0, 0, 4]);

/**
 * The statements as one simple query, and behind it, unasked, what each of them reads. What Postgres has no use for any
 * more, because a statement has failed, it passes over.
 *
 * Source: Postgres documentation, "Message Flow", "Simple Query" and "COPY Operations"; what a client's query has to answer
 * to: lib/query.js of node-postgres.
 */
class CopyBatch implements Submittable {
  readonly #copies: readonly Copy[];
  readonly #completion = Promise.withResolvers<void>();
  readonly completed = this.#completion.promise;

  constructor(copies: readonly Copy[]) {
    this.#copies = copies;
  }

  submit(connection: Connection): void {
    const { stream } = connection;
    // One packet where the rows are few.
    stream.cork();
    connection.query(
      this.#copies.map(({ statement }) => statement.text).join(";\n"),
    );
    for (const { rows } of this.#copies) {
      stream.write(headOf(rows));
      stream.write(rows);
      stream.write(COPY_DONE);
    }
    stream.uncork();
  }

  /** The rows are on their way already. */
  handleCopyInResponse(): void {}

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.#completion.resolve();
  }

  handleError(error: Error): void {
    this.#completion.reject(error);
  }
}

function headOf(rows: Buffer): Buffer {
  const head = Buffer.allocUnsafe(5);
  head.writeUInt8(COPY_DATA);
  // With itself, without the letter before it.
  head.writeUInt32BE(4 + rows.length, 1);
  return head;
}
