import { Client } from "pg";
import { expect, test } from "vitest";

import { createDatabase } from "#tests/support/servers.ts";
import { runToEnd } from "./spawn-command.ts";

test("migrate brings a database up to date, once", async () => {
  const { urls } = await createDatabase();
  const environment = { DATABASE_URL: urls.owner };

  const first = await runToEnd("migrate", { environment });
  const second = await runToEnd("migrate", { environment });

  expect(first).toMatchObject({ exitCode: 0, stderr: "" });
  expect(first.stdout).toContain("000001_create_roles.sql: applied\n");
  expect(second).toEqual({
    exitCode: 0,
    stderr: "",
    stdout: "The schema is up to date.\n",
  });
});

test("a schema that is newer than the code is refused in one line", async () => {
  const { urls } = await createDatabase();
  await runToEnd("migrate", { environment: { DATABASE_URL: urls.owner } });
  const client = new Client(urls.owner);
  await client.connect();
  await client.query(
    "insert into schema_migrations (version, name, sha256) values (999999, '999999_later.sql', 'x')",
  );
  await client.end();

  const { exitCode, stderr } = await runToEnd("migrate", {
    environment: { DATABASE_URL: urls.owner },
  });

  expect(exitCode).toBe(1);
  expect(stderr).toContain(
    "The database has a newer schema than this code: it holds migration 999999_later.sql",
  );
  expect(stderr.trim().split("\n")).toHaveLength(1);
});
