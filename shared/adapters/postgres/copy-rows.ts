import { type Connection, Query } from "pg";

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
export function copyRows(
  { client }: Transaction,
  copies: readonly Copy[],
): Promise<void> {
  return client.query(new CopyBatch(copies)).completed;
}

const COPY_DATA = 0x64;
const COPY_DONE = Buffer.from([0x63, 0, 0, 0, 4]);

/**
 * The statements as one simple query, and behind it, unasked, what each of them reads. What Postgres has no use for any
 * more, because a statement has failed, it passes over. A `Query`, as a pipelined client takes no other class.
 *
 * Source: Postgres documentation, "Message Flow", "Simple Query" and "COPY Operations".
 */
class CopyBatch extends Query {
  readonly completed: Promise<void>;
  readonly #text: string;
  readonly #copies: readonly Copy[];

  constructor(copies: readonly Copy[]) {
    const text = copies.map(({ statement }) => statement.text).join(";\n");
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // The client gives null where there is no error.
    super(text, (error: Error | null | undefined) =>
      error ? reject(error) : resolve(),
    );
    this.completed = promise;
    this.#text = text;
    this.#copies = copies;
  }

  override submit = (connection: Connection): void => {
    const { stream } = connection;
    // One packet where the rows are few.
    stream.cork();
    connection.query(this.#text);
    for (const { rows } of this.#copies) {
      stream.write(headOf(rows));
      stream.write(rows);
      stream.write(COPY_DONE);
    }
    stream.uncork();
  };

  /** Overrides the client's refusal: the rows are on their way already. */
  handleCopyInResponse(): void {}
}

function headOf(rows: Buffer): Buffer {
  const head = Buffer.allocUnsafe(5);
  head.writeUInt8(COPY_DATA);
  // With itself, without the letter before it.
  head.writeUInt32BE(4 + rows.length, 1);
  return head;
}
