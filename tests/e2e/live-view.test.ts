import { afterAll, beforeAll, expect, it } from "vitest";

import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import {
  compareTables,
  type ActualRow,
} from "#tests/support/oracle/compare-tables.ts";
import { expectTables } from "#tests/support/oracle/expect-tables.ts";
import { planRecords } from "#tests/support/pipeline/make-plays.ts";
import {
  METRIC_NAMES,
  readMetrics,
} from "#tests/support/pipeline/read-tables.ts";
import { openScene, type Scene } from "#tests/support/pipeline/scene.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene?.close());

it("open windows are in the live views as they will be published, and marked as not final", async () => {
  // Less than the allowed lateness and an hour that has not ended: nothing closes by itself.
  const plays = planRecords({
    from: "2026-03-01T12:00:00Z",
    to: "2026-03-01T12:09:00Z",
    count: 1500,
  });
  await scene.topics.send(STREAM_EVENTS_TOPIC, plays);
  const expected = await expectTables(await scene.readRecords());
  const database = await scene.beginAnew();
  const { reader } = database.databaseUrls;

  await scene.withPipeline(
    database,
    { batchSize: 100, hasSchedules: false },
    async (pipeline) => {
      await pipeline.untilConsumed();
      const open = await readMetrics(reader, "live");
      await pipeline.drain();
      const closed = await readMetrics(reader, "live");
      const published = await readMetrics(reader, "metrics");

      for (const metric of METRIC_NAMES) {
        expect(
          compareTables(withFinality(expected[metric], false), open[metric]),
        ).toEqual([]);
        expect(
          compareTables(withFinality(expected[metric], true), closed[metric]),
        ).toEqual([]);
        expect(compareTables(expected[metric], published[metric])).toEqual([]);
      }
    },
  );
});

function withFinality(
  rows: readonly ActualRow[],
  isFinal: boolean,
): ActualRow[] {
  return rows.map((row) => ({ ...row, is_final: isFinal }));
}
