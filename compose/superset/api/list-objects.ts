import { z } from "zod";

import { readAnswer, type SupersetSession } from "./session.ts";

/** The kinds of objects that a bundle has, by the names of its folders. */
export const KINDS = ["databases", "datasets", "charts", "dashboards"] as const;
export type Kind = (typeof KINDS)[number];

/** An object that Superset has. */
export interface StoredObject {
  readonly kind: Kind;
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
}

const RESOURCES: Readonly<
  Record<Kind, { readonly path: string; readonly nameColumn: string }>
> = {
  databases: { path: "database", nameColumn: "database_name" },
  datasets: { path: "dataset", nameColumn: "table_name" },
  charts: { path: "chart", nameColumn: "slice_name" },
  dashboards: { path: "dashboard", nameColumn: "dashboard_title" },
};
// More are not given at once.
const PAGE_SIZE = 100;

const pageSchema = z.object({
  count: z.int(),
  result: z.array(
    z.looseObject({ id: z.int(), uuid: z.string() }).catchall(z.unknown()),
  ),
});

/** Lists all objects of a kind; throws what `readAnswer` and the session throw. */
export async function listObjects(
  session: SupersetSession,
  kind: Kind,
): Promise<StoredObject[]> {
  const { path, nameColumn } = RESOURCES[kind];
  const objects: StoredObject[] = [];
  for (let page = 0; ; page += 1) {
    const query = `(columns:!(id,uuid,${nameColumn}),order_column:${nameColumn},order_direction:asc,page:${page},page_size:${PAGE_SIZE})`;
    const answer = readAnswer(
      await session.request(
        "GET",
        `/api/v1/${path}/?q=${encodeURIComponent(query)}`,
      ),
      `the list of ${kind}`,
      pageSchema,
    );
    for (const { id, uuid, [nameColumn]: name } of answer.result)
      objects.push({ kind, id, uuid, name: String(name) });
    if (objects.length >= answer.count || answer.result.length === 0)
      return objects;
  }
}

/** Path of the API for one object. */
export function pathOf({ kind, id }: StoredObject): string {
  return `/api/v1/${RESOURCES[kind].path}/${id}`;
}

/** Path of what depends on a dataset or a database; only the second one's ends with a slash. */
export function relatedPathOf(object: StoredObject): string {
  return `${pathOf(object)}/related_objects${object.kind === "databases" ? "/" : ""}`;
}
