import type { Kept } from "#shared/ports/retention-store.ts";
import { loadStatement } from "#shared/sql.ts";

import type { Transaction } from "./session.ts";

const readHorizon = loadStatement("queries/retention/read_horizon");

/** Reads up to when something has been given up, in milliseconds since the epoch; `-Infinity`: nothing has been. */
export async function readHorizonMs(
  transaction: Transaction,
  kept: Kept,
): Promise<number> {
  const [row] = await transaction.query<{ horizon_ms: number }>(readHorizon, [
    kept,
  ]);
  if (row === undefined)
    throw new Error(`retention_horizons has no row for ${kept}`);
  return row.horizon_ms;
}
