import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { describeSchema } from "#compose/cli/describe-schema.ts";
import { sqlFolder } from "#shared/sql.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();

test("sql/schema.sql is what the migrations make (npm run schema writes it)", async () => {
  const stored = readFileSync(join(sqlFolder(), "schema.sql"), "utf8");

  expect(await describeSchema(database.url("owner"))).toBe(stored);
});

test.for([
  ["a column", "alter table users add column extra integer"],
  [
    "a column's type",
    "alter table songs alter column language type varchar(9)",
  ],
  [
    "how a column is stored",
    "alter table hourly_partials alter column user_ids set storage external",
  ],
  ["not null", "alter table users alter column username set not null"],
  ["a default", "alter table users alter column age set default 1"],
  ["a comment", "comment on column users.age is 'years'"],
  ["a constraint", "alter table users add constraint adult check (age > 17)"],
  [
    "whether a key is enforced",
    "alter table stream_events alter constraint stream_events_user_id_fkey enforced",
  ],
  ["an index", "create index extra_idx on users (age) where age > 1"],
  ["a view", "create view extra as select 1 as one"],
  [
    "a function's body",
    "create function extra () returns integer language sql return 1",
  ],
  [
    "a trigger",
    "drop trigger stream_events_refuse_orphans_on_insert on stream_events",
  ],
  [
    "a trigger that is disabled",
    "alter table stream_events disable trigger stream_events_refuse_orphans_on_update",
  ],
  ["a grant", "grant delete on users to ingest"],
  [
    "a grant on columns",
    "grant update (closed_until) on window_frontiers to ingest",
  ],
  ["a grant on the schema", "grant create on schema public to ingest"],
  ["what everybody may", "grant select on users to public"],
] as const)("the description shows %s", async ([, change]) => {
  const before = await describeSchema(database.url("owner"));
  await database.rows(change);

  const changed = await describeSchema(database.url("owner"));

  expect(changed).not.toBe(before);
});
