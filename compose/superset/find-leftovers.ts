import { z } from "zod";

import {
  KINDS,
  listObjects,
  pathOf,
  type StoredObject,
} from "./api/list-objects.ts";
import { readAnswer, type SupersetSession } from "./api/session.ts";
import type { Assets } from "./assets/parse-assets.ts";
import { PipelineError } from "#shared/errors.ts";

const ownerSchema = z.object({
  result: z.object({ is_managed_externally: z.boolean() }),
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

/** Deletes them, what refers to others first; throws `superset_prune_refused` (external). */
export async function removeLeftovers(
  session: SupersetSession,
  leftovers: readonly StoredObject[],
): Promise<void> {
  for (const object of leftovers.toReversed()) {
    const { status, text } = await session.request("DELETE", pathOf(object));
    if (status !== 200)
      throw new PipelineError(
        `Superset does not delete "${object.name}" (${object.kind}), status ${status}: ${text.trim()}. Something that was made by hand may depend on it: delete that in Superset, then import again.`,
        { code: "superset_prune_refused", domain: "user" },
      );
  }
}

async function isOfABundle(
  session: SupersetSession,
  object: StoredObject,
): Promise<boolean> {
  const answer = await session.request("GET", pathOf(object));
  const { result } = readAnswer(answer, `"${object.name}"`, ownerSchema);
  return result.is_managed_externally;
}
