import { z } from "zod";

import {
  KINDS,
  listObjects,
  pathOf,
  relatedPathOf,
  type StoredObject,
} from "./api/list-objects.ts";
import { readAnswer, type SupersetSession } from "./api/session.ts";
import type { Assets } from "./assets/parse-assets.ts";
import { PipelineError } from "#shared/errors.ts";

const ownerSchema = z.object({
  result: z.object({ is_managed_externally: z.boolean() }),
});
const relatedSchema = z.object({
  charts: z.object({ result: z.array(z.object({ slice_name: z.string() })) }),
});

/** Finds what an earlier bundle has brought and this one does not have; what people made by hand is none of it. */
export async function findLeftovers(
  session: SupersetSession,
  assets: Assets,
): Promise<StoredObject[]> {
  const leftovers: StoredObject[] = [];
  for (const kind of KINDS) {
    const known = new Set([...assets[kind].values()].map(({ uuid }) => uuid));
    for (const object of await listObjects(session, kind))
      if (!known.has(object.uuid) && (await isOfABundle(session, object)))
        leftovers.push(object);
  }
  return leftovers;
}

/** A leftover that charts of others are still made of. */
export interface NeededLeftover {
  readonly object: StoredObject;
  /** Names of these charts. */
  readonly charts: readonly string[];
}

/**
 * Deletes them, what refers to others first, and returns those that it leaves, since charts that are no leftovers need
 * them; throws `superset_prune_refused` (user).
 */
export async function removeLeftovers(
  session: SupersetSession,
  leftovers: readonly StoredObject[],
): Promise<NeededLeftover[]> {
  const needed: NeededLeftover[] = [];
  for (const object of leftovers.toReversed()) {
    // Superset would delete a dataset and leave its charts broken. Those that are leftovers are gone by now.
    const charts = await listChartsOf(session, object);
    if (charts.length > 0) {
      needed.push({ object, charts });
      continue;
    }
    const { status, text } = await session.request("DELETE", pathOf(object));
    if (status !== 200)
      throw new PipelineError(
        `Superset does not delete "${object.name}" (${object.kind}), status ${status}: ${text.trim()}. Something that was made by hand may depend on it: delete that in Superset, then import again.`,
        { code: "superset_prune_refused", domain: "user" },
      );
  }
  return needed;
}

async function listChartsOf(
  session: SupersetSession,
  object: StoredObject,
): Promise<string[]> {
  if (object.kind !== "datasets" && object.kind !== "databases") return [];
  const answer = await session.request("GET", relatedPathOf(object));
  const { charts } = readAnswer(
    answer,
    `the charts of "${object.name}"`,
    relatedSchema,
  );
  return charts.result.map(({ slice_name: name }) => name);
}

async function isOfABundle(
  session: SupersetSession,
  object: StoredObject,
): Promise<boolean> {
  const answer = await session.request("GET", pathOf(object));
  const { result } = readAnswer(answer, `"${object.name}"`, ownerSchema);
  return result.is_managed_externally;
}
