import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

import { PipelineError } from "#shared/errors.ts";

const planSchema = z.strictObject({
  /** RFC 3339. */
  from: z.string(),
  to: z.string(),
  count: z.int().positive(),
  seed: z.int().min(0),
  /** Index of the first play that may not have been sent yet. */
  nextIndex: z.int().min(0),
});

/** A range of plays that is being sent, in slices. */
export type BackfillPlan = Readonly<z.infer<typeof planSchema>>;

/**
 * Stores how far a backfill is. It must outlive a kill: the plays are a function of the range, and "three hours that
 * end now" would be another range the next time.
 */
export async function storeBackfillPlan(
  dataDir: string,
  plan: BackfillPlan,
): Promise<void> {
  const path = planPath(dataDir);
  await writeFile(`${path}.part`, `${JSON.stringify(plan)}\n`);
  await rename(`${path}.part`, path);
}

/** Returns the stored plan, or undefined; throws `backfill_plan_invalid` (user) when the file holds something else. */
export async function readBackfillPlan(
  dataDir: string,
): Promise<BackfillPlan | undefined> {
  const path = planPath(dataDir);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT")
      return undefined;
    throw error;
  }
  try {
    return planSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new PipelineError(
      `${path} does not hold the plan of a backfill. Delete the file to go on without the rest of that backfill.`,
      { code: "backfill_plan_invalid", domain: "user", cause },
    );
  }
}

/** Forgets the plan. */
export async function deleteBackfillPlan(dataDir: string): Promise<void> {
  await rm(planPath(dataDir), { force: true });
}

function planPath(dataDir: string): string {
  return join(dataDir, "backfill.json");
}
