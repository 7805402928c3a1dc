import { type Span, SpanKind } from "@opentelemetry/api";
import { Client, DatabaseError, type QueryResultRow } from "pg";

import { PipelineError } from "#shared/errors.ts";
import type { Statement } from "#shared/sql.ts";
import { ATTRIBUTES, OWN_ATTRIBUTES } from "#shared/tracing/attributes.ts";
import { inSpan } from "#shared/tracing/spans.ts";

import { describeFault } from "./describe-fault.ts";

export interface SessionOptions {
  readonly databaseUrl: string;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  /** Below the function's time-out, so that a paused zombie loses its transaction and its locks. */
  readonly transactionTimeoutMs: number;
  /** Statements that set up what a connection needs, for example a temporary table. */
  readonly onConnect?: readonly Statement[];
  /**
   * Whether statements are sent without the answers to those before. Such a session waits for all answers when it is closed;
   * others give up the statement that is under way.
   */
  readonly isPipelined?: boolean;
}

/**
 * What a use case may do within its transaction. Statements run in the order in which they are sent; in a pipelined session
 * one that does not need the answer to the one before need not wait for it (`awaitInOrder`), and spares a round trip.
 */
export interface Transaction {
  /** Runs a statement, prepared unless it is not to be, and returns its rows. */
  query<Row extends QueryResultRow>(
    statement: Statement,
    values?: readonly unknown[],
  ): Promise<Row[]>;
  readonly client: Client;
}

export interface Session {
  /**
   * Runs `work` between begin and commit, at read committed; rolls back when it throws. A connection that
   * died since the last transaction is replaced before begin, one that dies within it is not used again. `limitMs`
   * allows this transaction less time than others.
   */
  transaction<Result>(
    work: (transaction: Transaction) => Promise<Result>,
    limitMs?: number,
  ): Promise<Result>;
  /**
   * Runs one statement as a transaction of its own, in a single round trip, and returns its rows. It must be one that may be
   * run again: where the connection turns out to have died, a new one runs it.
   */
  query: Transaction["query"];
  close(): Promise<void>;
}

const SETTINGS = {
  // For single statements, too, whatever the database's default is.
  default_transaction_isolation: "read committed",
  // A dead peer is noticed within about 20 s, a cut query within a second; all of these are off by default.
  idle_in_transaction_session_timeout: "10s",
  lock_timeout: "20s",
  client_connection_check_interval: "1s",
  tcp_keepalives_idle: "10",
  tcp_keepalives_interval: "3",
  tcp_keepalives_count: "3",
} as const;

const SPAN = {
  kind: SpanKind.CLIENT,
  attributes: { [ATTRIBUTES.databaseSystem]: "postgresql" },
};

/** The SQLSTATE with which Postgres ends a transaction that has lasted too long, and its connection. */
const TRANSACTION_TIMEOUT = "25P04";

/** One connection that is opened on first use and kept between invocations. */
export function createSession(options: SessionOptions): Session {
  let current: Promise<Client> | undefined;
  /** The limit that a connection has, where it is not the usual one. */
  const limits = new WeakMap<Client, number>();

  /** Before begin: Postgres starts the clock of a transaction once. In whole seconds, so that it seldom changes. */
  const limit = async (client: Client, limitMs = Infinity): Promise<void> => {
    const wholeMs = Math.max(Math.floor(limitMs / 1000), 1) * 1000;
    const wantedMs = Math.min(wholeMs, options.transactionTimeoutMs);
    if ((limits.get(client) ?? options.transactionTimeoutMs) === wantedMs)
      return;
    await client.query(`set transaction_timeout = '${wantedMs}ms'`);
    limits.set(client, wantedMs);
  };

  const connect = async (onLost: () => void): Promise<Client> => {
    const settings = {
      ...SETTINGS,
      transaction_timeout: `${options.transactionTimeoutMs}ms`,
    };
    const client = new Client({
      connectionString: options.databaseUrl,
      application_name: options.applicationName,
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      pipeline: options.isPipelined === true,
    });
    client.on("error", onLost);
    client.on("end", onLost);
    try {
      await client.connect();
      // Not as options of the connection: those of the URL would take the place of all of them.
      await client.query(
        Object.entries(settings)
          .map(([name, value]) => `set ${name} = '${value}'`)
          .join("; "),
      );
      for (const statement of options.onConnect ?? [])
        await client.query(statement.text);
    } catch (cause) {
      onLost();
      await client.end().catch(() => undefined);
      throw databaseError(cause);
    }
    return client;
  };

  const open = (): Promise<Client> => {
    const opening: Promise<Client> = connect(() => {
      // Another connection may have taken its place already.
      if (current === opening) current = undefined;
    });
    return opening;
  };

  const discard = async (client: Client): Promise<void> => {
    // Another connection may have taken its place already.
    if ((await current?.catch(() => undefined)) === client) current = undefined;
    // It is broken already, and what broke it is told by the statement that failed.
    await client.end().catch(() => undefined);
  };

  /** Does on a new connection what a kept one has died of: in a process that was frozen that is heard of only then. */
  const onLiveConnection = async <Result>(
    work: (client: Client) => Promise<Result>,
    tellsOfDeath: (cause: unknown) => boolean,
    limitMs?: number,
  ): Promise<Result> => {
    for (;;) {
      const isNew = current === undefined;
      current ??= open();
      const client = await current;
      try {
        await limit(client, limitMs);
        return await work(client);
      } catch (cause) {
        const isLost = tellsOfDeath(cause);
        if (isLost) await discard(client);
        if (isNew || !isLost) throw databaseError(cause);
      }
    }
  };

  const run = async <Result>(
    work: (transaction: Transaction) => Promise<Result>,
    limitMs: number | undefined,
    span: Span,
  ): Promise<Result> => {
    const client = await onLiveConnection(
      async (live) => {
        await live.query("begin isolation level read committed");
        return live;
      },
      // Whatever keeps a connection from beginning, it is of no use any more.
      () => true,
      limitMs,
    );
    const statements: string[] = [];
    const transaction: Transaction = {
      client,
      query(statement, values) {
        statements.push(statement.name);
        return send(client, statement, values);
      },
    };
    try {
      const result = await work(transaction);
      await inSpan("commit", () => commit(client), SPAN);
      return result;
    } catch (cause) {
      await client.query("rollback").catch(() => discard(client));
      throw databaseError(cause);
    } finally {
      span.setAttribute(OWN_ATTRIBUTES.statements, statements);
    }
  };

  return {
    transaction: (work, limitMs) =>
      inSpan("transaction", (span) => run(work, limitMs, span), SPAN),
    query: (statement, values) =>
      inSpan(
        "statement",
        (span) => {
          span.setAttribute(OWN_ATTRIBUTES.statements, [statement.name]);
          return onLiveConnection(
            (client) => send(client, statement, values),
            tellsOfLoss,
          );
        },
        SPAN,
      ),
    async close() {
      const client = await current?.catch(() => undefined);
      current = undefined;
      await client?.end();
    },
  };
}

async function send<Row extends QueryResultRow>(
  client: Client,
  statement: Statement,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const { rows } = await client.query<Row>({
    name: statement.isPrepared === false ? undefined : statement.name,
    text: statement.text,
    values: [...values],
  });
  return rows;
}

async function commit(client: Client): Promise<void> {
  const { command } = await client.query("commit");
  // Postgres answers the commit of a failed transaction so, and with no error.
  if (command !== "ROLLBACK") return;
  throw new PipelineError(
    "Postgres rolled the transaction back at its commit: a statement had failed, and the work went on. Let its error leave the work.",
    { code: "postgres_rolled_back", domain: "internal", retry: true },
  );
}

/** An error of Postgres is a system fault: thrown, so that the micro-batch comes again. */
function databaseError(cause: unknown): unknown {
  if (cause instanceof PipelineError) return cause;
  if (cause instanceof DatabaseError) {
    return new PipelineError(
      `Postgres refused a statement (SQLSTATE ${cause.code ?? "unknown"}): ${cause.message}`,
      {
        code:
          cause.code === TRANSACTION_TIMEOUT
            ? "postgres_out_of_time"
            : "postgres_statement_failed",
        domain: "external",
        retry: true,
        cause,
      },
    );
  }
  if (cause instanceof Error && isConnectionError(cause)) {
    return new PipelineError(
      `Postgres cannot be reached: ${describeFault(cause)}. The transaction is rolled back and comes again.`,
      {
        code: "postgres_unreachable",
        domain: "external",
        retry: true,
        cause,
      },
    );
  }
  return cause;
}

/** Whether the connection is gone: what Postgres says of a statement comes over one that lives, but for its farewell. */
const tellsOfLoss = (cause: unknown): boolean =>
  cause instanceof DatabaseError
    ? cause.code?.startsWith("57P") === true
    : cause instanceof Error && isConnectionError(cause);

function isConnectionError(error: Error): boolean {
  // node-postgres throws plain errors when its connection is gone; system calls carry a code.
  return (
    "code" in error ||
    /^(Connection terminated|Client has encountered a connection error|timeout)/.test(
      error.message,
    )
  );
}

/** Whether a statement gave up waiting for a lock. */
export const isLockTimeout = (error: unknown): boolean =>
  hasSqlState(error, "55P03");

/** Whether this is Postgres's refusal of a statement with that SQLSTATE. */
export function hasSqlState(error: unknown, state: string): boolean {
  return (
    error instanceof PipelineError &&
    error.cause instanceof DatabaseError &&
    error.cause.code === state
  );
}
