import { globSync } from "node:fs";

import type { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { describe, expect, test } from "vitest";

import type { DatabaseRole } from "#compose/embedded/secrets.ts";
import { loadStatement, sqlFolder, type Statement } from "#shared/sql.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const createStagingTable = loadStatement("session/create_staged_stream_events");

/** Who runs the statements of a folder, or one of them; the owner the others. */
const ROLES: Readonly<Record<string, DatabaseRole>> = {
  "queries/aggregate-micro-batch": "ingest",
  "queries/load-dimensions": "ingest",
  "queries/dead-letter": "ingest",
  "queries/ledger": "ingest",
  "queries/record-attempts": "ingest",
  "queries/redrive": "ingest",
  // Operators look as readers, and change letters as the functions do.
  "queries/operate-letters": "reader",
  "queries/operate-letters/lock_letters": "ingest",
  "queries/operate-letters/mark_mended": "ingest",
  "queries/operate-letters/find_superseded": "ingest",
  "queries/close-windows": "closer",
  "queries/enforce-retention": "closer",
  "queries/read-status": "reader",
  "queries/dashboard": "reader",
  "queries/dashboard/pipeline": "reader",
  "queries/dashboard/user-engagement": "reader",
  "queries/dashboard/content-performance": "reader",
  "queries/dashboard/geographic": "reader",
  "queries/dashboard/devices": "reader",
  "queries/dashboard/hourly-trends": "reader",
  // Of those who read a horizon, the one that may do least.
  "queries/retention": "reader",
};

const PATHS = globSync("{queries,session,validation}/**/*.sql", {
  cwd: sqlFolder(),
})
  .map((file) => file.replaceAll("\\", "/").replace(/\.sql$/, ""))
  .sort();
const COPIES = PATHS.filter((path) => path.includes("/copy_"));
/** What a connection sets up once is no statement that can be prepared. */
const SESSION = PATHS.filter((path) => /(^|\/)session\//.test(path));
const PREPARED = PATHS.filter(
  (path) => !SESSION.includes(path) && !COPIES.includes(path),
);

test("there are statements of every kind", () => {
  expect(PREPARED.length).toBeGreaterThan(50);
  expect(COPIES).toHaveLength(8);
});

test.for([
  ...Map.groupBy(PREPARED, (path) => `${folderOf(path)} by ${roleOf(path)}`),
])("every statement of %s can be prepared and planned", async ([, paths]) => {
  const [role] = new Set(paths.map(roleOf));
  const client = await database.connect(role ?? "owner");
  if (role === "ingest") await client.query(createStagingTable.text);
  await client.query("begin");

  const faults: string[] = [];
  for (const path of paths) {
    await client.query("savepoint before");
    try {
      await prepareAndPlan(client, loadStatement(path));
    } catch (error) {
      faults.push(`${path}: ${String(error)}`);
    }
    await client.query("rollback to before; deallocate all");
  }

  expect(faults).toEqual([]);
});

describe.for(COPIES)("%s", (path) => {
  test("can be begun by its role", async () => {
    const ingest = await database.connect("ingest");
    await ingest.query(createStagingTable.text);

    const copying = ingest.query(copyFrom(loadStatement(path).text));
    // The head and the end of a binary copy without rows.
    copying.end(
      Buffer.concat([
        Buffer.from("PGCOPY\n\xff\r\n\0", "latin1"),
        Buffer.alloc(8),
        Buffer.from([0xff, 0xff]),
      ]),
    );
    const rowCount = await new Promise((resolve, reject) => {
      copying.on("finish", () => resolve(copying.rowCount));
      copying.on("error", reject);
    });

    expect(rowCount).toBe(0);
  });
});

test.for(SESSION)("%s can be run as often as wanted", async (path) => {
  const client = await database.connect("ingest");
  await client.query("begin");
  await client.query(loadStatement(path).text);

  await expect(client.query(loadStatement(path).text)).resolves.toBeDefined();
});

test("statement names fit into 63 bytes and differ", () => {
  const names = PATHS.map((path) => loadStatement(path).name);

  expect(names.filter((name) => Buffer.byteLength(name) > 63)).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
});

test("every role is somebody's", () => {
  const unused = Object.keys(ROLES).filter(
    (place) =>
      !PREPARED.some((path) => path === place || folderOf(path) === place),
  );

  expect(unused).toEqual([]);
});

function roleOf(path: string): DatabaseRole {
  return ROLES[path] ?? ROLES[folderOf(path)] ?? "owner";
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

async function prepareAndPlan(
  client: Client,
  { text }: Statement,
): Promise<void> {
  await client.query(`prepare checked as ${text}`);
  const { rows } = await client.query<{ count: number }>(
    "select coalesce(cardinality(parameter_types), 0) as count from pg_prepared_statements where name = 'checked'",
  );
  const nulls = Array.from({ length: rows[0]?.count ?? 0 }, () => "null");
  const values = nulls.length === 0 ? "" : `(${nulls.join(", ")})`;
  // The plan is made with the rights of whoever runs it.
  await client.query(`explain execute checked ${values}`);
}
