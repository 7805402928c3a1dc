import { withClient } from "#tests/support/with-client.ts";
import { METRIC_NAMES, METRIC_TABLES } from "./read-tables.ts";

/**
 * Makes three days old what has happened to the letters that have landed and to the metric rows of minutes, and adds an
 * earlier ledger of as long ago.
 */
export async function ageHistory(ownerUrl: string): Promise<void> {
  const minutes = METRIC_NAMES.filter((name) => name !== "hourly").map(
    (name) => `${METRIC_TABLES[name]}_metrics`,
  );
  await withClient(ownerUrl, (owner) =>
    owner.query(
      [
        `update dead_letters set settled_at = ${LONG_AGO} where resolution = 'landed'`,
        `update metric_revisions set changed_at = ${LONG_AGO} where metric_table <> 'hourly_metrics'`,
        ...minutes.map(
          (table) => `update ${table} set updated_at = ${LONG_AGO}`,
        ),
        `insert into partition_ledger (topic, partition, incarnation, handled_offsets, duplicate_count, handled_at)
         values ('stream-events', 3, 0, '{[0,1)}', 1, ${LONG_AGO})`,
      ].join("; "),
    ),
  );
}

const LONG_AGO = "now() - interval '3 days'";
