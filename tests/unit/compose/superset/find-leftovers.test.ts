import { expect, test } from "vitest";

import type { StoredObject } from "#compose/superset/api/list-objects.ts";
import type { SupersetSession } from "#compose/superset/api/session.ts";
import { removeLeftovers } from "#compose/superset/find-leftovers.ts";

const DATABASE = makeObject("databases", 1);
const DATASET = makeObject("datasets", 2);
const OTHER_DATASET = makeObject("datasets", 3);
const CHART = makeObject("charts", 4);

function makeObject(kind: StoredObject["kind"], id: number): StoredObject {
  return { kind, id, uuid: `uuid-${id}`, name: `${kind} ${id}` };
}

/** A Superset with these charts by the path of what they are made of, which notes what is deleted. */
function givenSuperset(charts: Readonly<Record<string, readonly string[]>>) {
  const deleted: string[] = [];
  const session: SupersetSession = {
    url: "http://superset.example",
    request: async (method, path) => {
      if (method === "DELETE") {
        deleted.push(path);
        return { status: 200, text: "{}" };
      }
      const names = charts[path];
      if (names === undefined) return { status: 404, text: "{}" };
      const result = names.map((name) => ({ slice_name: name }));
      return {
        status: 200,
        text: JSON.stringify({ charts: { count: result.length, result } }),
      };
    },
  };
  return { session, deleted };
}

test("a dataset that charts made by hand need stays, as its database does", async () => {
  const { session, deleted } = givenSuperset({
    "/api/v1/database/1/related_objects/": ["Made by hand"],
    "/api/v1/dataset/2/related_objects": [],
    "/api/v1/dataset/3/related_objects": ["Made by hand"],
  });

  const needed = await removeLeftovers(session, [
    DATABASE,
    DATASET,
    OTHER_DATASET,
    CHART,
  ]);

  expect(deleted).toEqual(["/api/v1/chart/4", "/api/v1/dataset/2"]);
  expect(needed).toEqual([
    { object: OTHER_DATASET, charts: ["Made by hand"] },
    { object: DATABASE, charts: ["Made by hand"] },
  ]);
});

test("a dataset is not deleted when Superset does not tell what needs it", async () => {
  const { session, deleted } = givenSuperset({});

  await expect(removeLeftovers(session, [DATASET])).rejects.toMatchObject({
    code: "superset_answer_unknown",
    message: expect.stringContaining('the charts of "datasets 2"'),
  });
  expect(deleted).toEqual([]);
});
