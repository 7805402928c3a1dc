import { randomUUID } from "node:crypto";

import { afterEach, beforeAll, beforeEach } from "vitest";

import {
  createSession,
  type Session,
  type SessionOptions,
} from "#shared/adapters/postgres/session.ts";
import { withClient } from "#tests/support/with-client.ts";
import { createDatabase } from "#tests/support/servers.ts";

import { listBackendPids, statement } from "./backends.ts";

/** A database with a table of notes, for the tests of the session. */
export interface NotesDatabase {
  databaseUrl(): string;
  /** Opens a session under the test's own application name; it is closed after the test. */
  openSession(options?: Partial<SessionOptions>): Session;
  /** Returns what is committed, sorted. */
  readNotes(): Promise<string[]>;
  /** Returns the processes of Postgres that serve the sessions of the test; one ends a moment after its connection. */
  listBackends(): Promise<number[]>;
}

/** Writes its parameter into the table. */
export const insertNote = statement(
  "insert_note",
  "insert into notes values ($1)",
);

/** Makes the database before the tests of the file and empties the table before each. */
export function useNotesDatabase(): NotesDatabase {
  const sessions: Session[] = [];
  let databaseUrl = "";
  let applicationName = "";

  beforeAll(async () => {
    databaseUrl = (await createDatabase()).urls.owner;
    await withClient(databaseUrl, (client) =>
      client.query("create table notes (note text)"),
    );
  });
  beforeEach(async () => {
    applicationName = `session-${randomUUID()}`;
    await withClient(databaseUrl, (client) => client.query("truncate notes"));
  });
  afterEach(async () => {
    await Promise.all(sessions.splice(0).map((session) => session.close()));
  });

  const listBackends = () => listBackendPids(databaseUrl, applicationName);
  return {
    databaseUrl: () => databaseUrl,
    openSession(options = {}) {
      const session = createSession({
        databaseUrl,
        applicationName,
        transactionTimeoutMs: 30_000,
        ...options,
      });
      sessions.push(session);
      return session;
    },
    async readNotes() {
      const { rows } = await withClient(databaseUrl, (client) =>
        client.query<{ note: string }>("select note from notes order by note"),
      );
      return rows.map(({ note }) => note);
    },
    listBackends,
  };
}
