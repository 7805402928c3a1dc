import type { Client } from "pg";
import { beforeAll, describe, expect, test } from "vitest";

import { loadStatement } from "#shared/sql.ts";
import {
  explainStatement,
  findScans,
  flatten,
  type PlanNode,
} from "#tests/support/rows/explain.ts";
import { eventIdOf } from "#tests/support/rows/make-play.ts";
import { stagePlays } from "#tests/support/rows/stage-plays.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase({ isKept: true });
const FACTS = 40_000;
const STAGED = 2000;
const LETTERS = 2000;
/** Half of the staged plays were not inserted. */
const ORDINALS = `'{${Array.from({ length: STAGED / 2 }, (_, index) => index * 2).join(",")}}'`;
const MODES = ["force_custom_plan", "force_generic_plan"] as const;
const WINDOW = [
  "timestamptz '2026-01-15 12:00:00+00'",
  "timestamptz '2026-01-15 12:05:00+00'",
] as const;

beforeAll(async () => {
  await database.rows(
    `insert into stream_events
     select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, timestamptz '2026-01-15 00:00:00+00' + n * interval '2 seconds',
       1 + n % 20, 1 + n % 20, 1 + n % 10, 1 + n % 10, 1 + n % 5, 1 + n % 5, 60, true, false, false, false, false
     from generate_series(1, ${FACTS}) n`,
  );
  await database.rows(
    `insert into user_engagement_partials
     select date_bin('5 min', "timestamp", 'epoch'), array[user_id], array[1], array[60::bigint], array[0], array[0], array[0], array[0]
     from stream_events`,
  );
  await database.rows(
    `insert into content_performance_partials
     select date_bin('5 min', "timestamp", 'epoch'), array[song_id], array[artist_id], array[1], array[1], array[0], array[0]
     from stream_events`,
  );
  await database.rows(
    `insert into location_partials
     select date_bin('5 min', "timestamp", 'epoch'), location_id, 1, array[user_id], array[song_id] from stream_events`,
  );
  await database.rows(
    `insert into window_partials
     select 'minutes', date_bin('5 min', "timestamp", 'epoch'), 1 from stream_events`,
  );
  await database.rows(
    `insert into dead_letters (source_topic, source_partition, source_offset, source_timestamp, payload_sha256, reason,
       detail, first_seen_at, handler_version, origin)
     select 'stream-events', 0, n, now(), '', 'unknown_reference', '', now(), '1', 'o' from generate_series(1, ${LETTERS}) n`,
  );
  await database.rows(
    "insert into awaited_references select 'users', 1 + dead_letter_id % 20, dead_letter_id from dead_letters",
  );
  await database.rows("vacuum analyze stream_events");
  await database.rows("analyze");
});

describe.for(MODES)("with plan_cache_mode = %s", (mode) => {
  test("event ids are looked up among the facts by key", async () => {
    const ingest = await database.connect("ingest");
    await ingest.query("begin");
    const nodes = await explain(
      ingest,
      "aggregate-micro-batch/find_known_ids",
      [
        `'{${Array.from({ length: STAGED }, (_, id) => eventIdOf(id)).join(",")}}'`,
      ],
    );

    expect(findScans(nodes, "stream_events")).toEqual([
      "Index Only Scan on stream_events_pkey",
    ]);
  });

  test("a micro-batch is inserted without a look at the facts, and rows are joined by hash or merge", async () => {
    const nodes = await explainStaged("insert_facts", ["'{1,2}'"]);

    expect(findScans(nodes, "stream_events")).toEqual([]);
    expect(findLoopsOver(nodes, ["inserted", "winners"])).toEqual([]);
  });

  test.for([
    ["compare_with_facts", [ORDINALS]],
    ["find_suspects", []],
  ] as const)("%s finds facts by their key", async ([name, literals]) => {
    const nodes = await explainStaged(name, literals);

    expect(findScans(nodes, "stream_events")).toEqual([
      "Index Scan on stream_events_pkey",
    ]);
  });

  test.for(["user_engagement", "content_performance", "location"])(
    "publishing reads only the window's partial aggregates of %s",
    async (metric) => {
      for (const verb of ["merge", "fold", "discard"]) {
        const nodes = await explainAsCloser(`${verb}_${metric}`, [WINDOW[0]]);

        expect(findScans(nodes, `${metric}_partials`)).toEqual([
          expect.stringMatching(
            new RegExp(
              `Index Scan on ${metric}_partials_window_idx|Bitmap Heap Scan on ${metric}_partials_window_idx`,
            ),
          ),
        ]);
      }
    },
  );

  // What is sorted by key first takes twice as long, and the planner knows nothing of how many keys the arrays hold.
  test.for(["user_engagement", "content_performance"])(
    "the arrays of %s go forward in step, and their keys are hashed",
    async (metric) => {
      for (const verb of ["merge", "fold"]) {
        const nodes = await explainAsCloser(`${verb}_${metric}`, [WINDOW[0]]);

        expect(countTypes(nodes, "ProjectSet")).toBe(1);
        expect(countTypes(nodes, "Function Scan")).toBe(0);
        expect(nodes.map((node) => node.Strategy)).toContain("Hashed");
        expect(nodes.map((node) => node.Strategy)).not.toContain("Sorted");
      }
    },
  );

  test.for(["user_engagement", "content_performance"])(
    "a look at one window of %s reads no other window's partial aggregates",
    async (metric) => {
      const reader = await database.connect("reader");
      await reader.query("begin");
      const nodes = await explainStatement(
        reader,
        {
          name: "live",
          text: `select * from ${metric}_live where time_window = $1::timestamptz`,
        },
        [WINDOW[0]],
        mode,
      );

      expect(findScans(nodes, `${metric}_partials`)).toEqual([
        expect.stringContaining(`${metric}_partials_window_idx`),
      ]);
    },
  );

  test("a look at one window's locations finds each one's partial aggregates by themselves", async () => {
    const reader = await database.connect("reader");
    await reader.query("begin");
    const nodes = await explainStatement(
      reader,
      {
        name: "live",
        text: "select * from location_live where time_window = $1::timestamptz",
      },
      [WINDOW[0]],
      mode,
    );

    const conditions = nodes.flatMap((node) => node["Index Cond"] ?? []);
    expect(
      conditions.filter((condition) => condition.includes("location_id")),
    ).toHaveLength(2);
  });

  test("whether a window is due is seen by the index of the windows", async () => {
    const nodes = await explainAsCloser("advance_watermark", [
      "'stream-events'",
      "600000",
    ]);

    // The other one is for when all partitions are idle.
    expect(findScans(nodes, "window_partials")).toContain(
      "Index Only Scan on window_partials_window_idx",
    );
  });

  test.for([
    "user_engagement",
    "content_performance",
    "device",
    "location",
    "hourly",
  ])("revising %s reads only the facts of that time", async (metric) => {
    const nodes = await explainAsCloser(`recompute_${metric}`, WINDOW);

    expect(findScans(nodes, "stream_events")).toEqual([
      expect.stringMatching(/Scan on stream_events_timestamp_idx$/),
    ]);
  });

  test("letters whose references have arrived are made due without a look at all of these for each", async () => {
    const ingest = await database.connect("ingest");
    await ingest.query("begin");
    const nodes = await explain(ingest, "redrive/release_arrived_references", [
      "10000",
      "'1 minute'",
    ]);

    expect(findInnerSteps(nodes)).not.toContain("released");
  });

  async function explainStaged(
    name: string,
    literals: readonly string[],
  ): Promise<PlanNode[]> {
    const ingest = await database.connect("ingest");
    await stagePlays(
      ingest,
      Array.from({ length: STAGED }, (_, index) => ({ id: FACTS + index })),
    );
    return explain(ingest, `aggregate-micro-batch/${name}`, literals);
  }

  async function explainAsCloser(
    name: string,
    literals: readonly string[],
  ): Promise<PlanNode[]> {
    const closer = await database.connect("closer");
    await closer.query("begin");
    return explain(closer, `close-windows/${name}`, literals);
  }

  function explain(client: Client, path: string, literals: readonly string[]) {
    return explainStatement(
      client,
      loadStatement(`queries/${path}`),
      literals,
      mode,
    );
  }
});

function countTypes(nodes: readonly PlanNode[], type: string): number {
  return nodes.filter((node) => node["Node Type"] === type).length;
}

/** The steps that are read from their start for every row of something else. */
function findInnerSteps(nodes: readonly PlanNode[]): string[] {
  return nodes
    .filter((node) => node["Node Type"] === "Nested Loop")
    .flatMap(({ Plans: [, inner] = [] }) =>
      inner === undefined ? [] : flatten(inner),
    )
    .flatMap((node) => node["CTE Name"] ?? []);
}

/** The inner sides of nested loops that read one of these steps for every row of the outer side. */
function findLoopsOver(
  nodes: readonly PlanNode[],
  steps: readonly string[],
): string[] {
  return nodes
    .filter((node) => node["Node Type"] === "Nested Loop")
    .flatMap(({ Plans = [] }) => {
      const names = Plans.map((side) =>
        flatten(side).flatMap((node) => node["CTE Name"] ?? []),
      );
      const [outer = [], inner = []] = names;
      // One frontier beside many rows is no loop over rows.
      return outer.includes("frontier") || inner.includes("frontier")
        ? []
        : [...outer, ...inner].filter((name) => steps.includes(name));
    });
}
