import { expect, test } from "vitest";

import type { SupersetSession } from "#compose/superset/api/session.ts";
import { parseAssets } from "#compose/superset/assets/parse-assets.ts";
import { queryCharts, requireRows } from "#compose/superset/query-charts.ts";
import { PipelineError } from "#shared/errors.ts";
import { FILES } from "./load-files.ts";

const { assets } = parseAssets(FILES);
const DATASETS = [...assets.datasets.values()].map(
  ({ uuid, table_name: name }, id) => ({ id, uuid, table_name: name }),
);

/** A Superset that lets a query with this metric wait in vain; `isUp`: it answers all else. */
function givenSuperset({
  silentMetric,
  isUp,
}: {
  readonly silentMetric: string;
  readonly isUp: boolean;
}) {
  let isSilent = false;
  const asked: string[] = [];
  const session: SupersetSession = {
    url: "http://superset.example",
    request: async (_method, path, body) => {
      asked.push(path);
      isSilent ||= !isUp && JSON.stringify(body ?? "").includes(silentMetric);
      if (isSilent || JSON.stringify(body ?? "").includes(silentMetric))
        throw new PipelineError("Superset gives no answer.", {
          code: "superset_unreachable",
          domain: "external",
          cause: new Error("aborted due to timeout"),
        });
      const answer = path.startsWith("/api/v1/dataset/")
        ? { count: DATASETS.length, result: DATASETS }
        : { result: [{ error: null, data: [{ one: 1 }] }] };
      return { status: 200, text: JSON.stringify(answer) };
    },
  };
  return { session, asked };
}

test("a chart that gets no answer is named, and the others are asked", async () => {
  const { session } = givenSuperset({
    silentMetric: '"streams_per_day"',
    isUp: true,
  });

  const queried = await queryCharts(session, assets);

  expect(queried).toHaveLength(30);
  expect(
    queried.flatMap(({ chart, result }) =>
      result.kind === "fault" ? [[chart.slice_name, result.reason]] : [],
    ),
  ).toEqual([["Streams by hour of day", "no answer: aborted due to timeout"]]);
  expect(() => requireRows(queried)).toThrow(
    /30 charts .* 1 cannot be drawn:\n {2}Streams by hour of day \(charts\/streams-by-hour-of-day\.yaml\): no answer/,
  );
});

test("a Superset that answers no more is not asked for the other charts", async () => {
  const { session, asked } = givenSuperset({
    silentMetric: '"active_user_count"',
    isUp: false,
  });

  await expect(queryCharts(session, assets)).rejects.toMatchObject({
    code: "superset_unreachable",
  });

  // The first chart by its file's name, and no other.
  expect(asked.slice(-2)).toEqual(["/api/v1/chart/data", "/health"]);
  expect(asked.filter((path) => path === "/api/v1/chart/data")).toHaveLength(1);
});
