import { createSession } from "#shared/adapters/postgres/session.ts";
import type { MissingReference } from "#shared/domain/rejection.ts";
import { loadStatement } from "#shared/sql.ts";
import {
  type LetterDetails,
  type LetterDetailsRow,
  toLetterDetails,
} from "./letter-details.ts";
import type { LetterFilter, LetterState } from "./letter-filter.ts";

const findLetterIds = loadStatement("queries/operate-letters/find_letter_ids");
const listLetters = loadStatement("queries/operate-letters/list_letters");
const readLetters = loadStatement("queries/operate-letters/read_letters");
const findChain = loadStatement("queries/operate-letters/find_chain");
const findWindows = loadStatement("queries/operate-letters/find_windows");
const countLetters = loadStatement("queries/operate-letters/count_letters");
const countAwaited = loadStatement("queries/operate-letters/count_awaited");

/** A scan of many million letters; nobody waits for its locks. */
const TRANSACTION_TIMEOUT_MS = 5 * 60_000;

/** A letter without its payload; times RFC 3339, UTC. */
export interface ListedLetter {
  readonly id: string;
  readonly state: LetterState;
  readonly resolution: string | null;
  readonly reason: string;
  readonly detail: string;
  readonly missingReferences: readonly MissingReference[];
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** When Kafka took the record. */
  readonly takenAt: string;
  readonly attempt: number;
  /** When it is sent again by itself; null while it waits for references or an operator. */
  readonly dueAt: string | null;
}

/** The newest letters that are meant, and how many are in all. */
export interface LetterList {
  readonly letters: readonly ListedLetter[];
  readonly totalCount: number;
}

/** Letters of one reason, state and topic. */
export interface LetterCount {
  readonly reason: string;
  readonly state: LetterState;
  readonly topic: string;
  readonly letterCount: number;
  /** When Kafka took the first and the last of their records, RFC 3339. */
  readonly oldestAt: string;
  readonly newestAt: string;
}

/** A missing row of a dimension, with how many letters wait for it. */
export interface AwaitedCount {
  readonly dimension: string;
  readonly id: number;
  readonly letterCount: number;
}

/** A window that a play belongs to; times RFC 3339, UTC. */
export interface PlayWindow {
  readonly kind: string;
  readonly start: string;
  /** `due`: closed and not published yet; `to_revise`: published, and changed by late plays since. */
  readonly state: "open" | "due" | "to_revise" | "published";
  /** How often it was revised; null where it is not published. */
  readonly revision: number | null;
  /** When it was published or revised last. */
  readonly revisedAt: string | null;
}

/** A letter's id with the bytes that it takes. */
export interface LetterSize {
  readonly id: string;
  readonly byteCount: number;
}

/** Reads letters and changes nothing. */
export interface LetterReader {
  /** All that are meant, in the order in which they were stored. */
  findIds(filter: LetterFilter): Promise<LetterSize[]>;
  list(filter: LetterFilter, limit: number): Promise<LetterList>;
  /** Letters of these ids; one that is gone is left out. */
  read(ids: readonly string[]): Promise<LetterDetails[]>;
  /** The ids of all letters of the same record, one for each time that it was rejected, oldest first. */
  findChain(
    letter: Pick<LetterDetails, "origin" | "firstSeenAt">,
  ): Promise<string[]>;
  /** The windows of a letter's play, shortest first; none while it is no fact. */
  findWindows(id: string): Promise<PlayWindow[]>;
  count(filter: LetterFilter): Promise<LetterCount[]>;
  countAwaited(filter: LetterFilter, limit: number): Promise<AwaitedCount[]>;
  close(): Promise<void>;
}

/** Returns a reader over one connection, opened on first use; the reader's role is enough. */
export function openLetterReader(databaseUrl: string): LetterReader {
  const session = createSession({
    databaseUrl,
    applicationName: "dlq",
    transactionTimeoutMs: TRANSACTION_TIMEOUT_MS,
  });
  const query = <Row extends object>(
    statement: typeof listLetters,
    values: readonly unknown[],
  ): Promise<Row[]> =>
    session.transaction((transaction) =>
      transaction.query<Row & Record<string, unknown>>(statement, values),
    );
  return {
    close: () => session.close(),
    findIds: async (filter) => {
      const rows = await query<{ dead_letter_id: string; byte_count: number }>(
        findLetterIds,
        [JSON.stringify(filter)],
      );
      return rows.map((row) => ({
        id: row.dead_letter_id,
        byteCount: row.byte_count,
      }));
    },
    list: async (filter, limit) => {
      const rows = await query<ListedRow>(listLetters, [
        JSON.stringify(filter),
        limit,
      ]);
      return {
        letters: rows.map(toListedLetter),
        totalCount: rows[0]?.total_count ?? 0,
      };
    },
    read: async (ids) => {
      const rows = await query<LetterDetailsRow>(readLetters, [ids]);
      return rows.map(toLetterDetails);
    },
    findChain: async ({ origin, firstSeenAt }) => {
      const rows = await query<{ dead_letter_id: string }>(findChain, [
        origin,
        firstSeenAt,
      ]);
      return rows.map((row) => row.dead_letter_id);
    },
    findWindows: async (id) => {
      const rows = await query<PlayWindowRow>(findWindows, [id]);
      return rows.map((row) => ({
        kind: row.window_kind,
        start: row.window_start,
        state: row.state,
        revision: row.revision,
        revisedAt: row.revised_at,
      }));
    },
    count: async (filter) => {
      const rows = await query<CountRow>(countLetters, [
        JSON.stringify(filter),
      ]);
      return rows.map((row) => ({
        reason: row.reason,
        state: row.state,
        topic: row.topic,
        letterCount: row.letter_count,
        oldestAt: row.oldest_at,
        newestAt: row.newest_at,
      }));
    },
    countAwaited: async (filter, limit) => {
      const rows = await query<AwaitedRow>(countAwaited, [
        JSON.stringify(filter),
        limit,
      ]);
      return rows.map((row) => ({
        dimension: row.dimension,
        id: Number(row.id),
        letterCount: row.letter_count,
      }));
    },
  };
}

interface ListedRow {
  readonly dead_letter_id: string;
  readonly state: LetterState;
  readonly resolution: string | null;
  readonly reason: string;
  readonly detail: string;
  readonly missing_references: readonly MissingReference[];
  readonly source_topic: string;
  readonly source_partition: number;
  readonly source_offset: string;
  readonly taken_at: string;
  readonly attempt: number;
  readonly due_at: string | null;
  readonly total_count: number;
}

interface PlayWindowRow {
  readonly window_kind: string;
  readonly window_start: string;
  readonly state: PlayWindow["state"];
  readonly revision: number | null;
  readonly revised_at: string | null;
}

interface CountRow {
  readonly reason: string;
  readonly state: LetterState;
  readonly topic: string;
  readonly letter_count: number;
  readonly oldest_at: string;
  readonly newest_at: string;
}

interface AwaitedRow {
  readonly dimension: string;
  readonly id: string;
  readonly letter_count: number;
}

function toListedLetter(row: ListedRow): ListedLetter {
  return {
    id: row.dead_letter_id,
    state: row.state,
    resolution: row.resolution,
    reason: row.reason,
    detail: row.detail,
    missingReferences: row.missing_references,
    topic: row.source_topic,
    partition: row.source_partition,
    offset: Number(row.source_offset),
    takenAt: row.taken_at,
    attempt: row.attempt,
    dueAt: row.due_at,
  };
}
