import { expect, test } from "vitest";

import { migrate, readMigrations } from "#shared/adapters/postgres/migrate.ts";
import { loadStatement } from "#shared/sql.ts";
import { withClient } from "#tests/support/database.ts";
import { createDatabase } from "#tests/support/servers.ts";

test("metric rows that were revised before changes were recorded pass the check of their history", async () => {
  const { urls } = await createDatabase();
  await migrate({
    databaseUrl: urls.owner,
    migrations: readMigrations().filter(({ version }) => version < 12),
  });
  await withClient(urls.owner, (client) =>
    client.query(`
      insert into user_engagement_metrics values (now(), 1, 1, 1, 1, 0, 0, 0, 0, 2);
      insert into content_performance_metrics values (now(), 1, 1, 1, 0, 0, 0, 1);
      insert into device_metrics values (now(), 1, 1, 1, 0, 3), (now(), 2, 1, 1, 0, 0);
      insert into location_metrics values (now(), 1, 1, 1, 1, 1);
      insert into hourly_metrics values (now(), 1, 1, 1, 1, 1, 1, 0, 0, 5)`),
  );

  await migrate({ databaseUrl: urls.owner });

  await withClient(urls.owner, async (client) => {
    const history = await client.query({
      text: "select metric_table, revision, old_values from metric_revisions order by 1",
      rowMode: "array",
    });
    expect(history.rows).toEqual([
      ["content_performance_metrics", 1, null],
      ["device_metrics", 3, null],
      ["hourly_metrics", 5, null],
      ["location_metrics", 1, null],
      ["user_engagement_metrics", 2, null],
    ]);
    const check = loadStatement("validation/checks/revisions_are_recorded");
    expect((await client.query(check.text)).rows).toEqual([]);
  });
});
