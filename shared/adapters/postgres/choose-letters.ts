import type { RecordPosition } from "#shared/domain/record.ts";
import type { Rejection } from "#shared/domain/rejection.ts";

import { readHorizonMs } from "./retention-horizon.ts";
import type { Transaction } from "./session.ts";

/**
 * Leaves out rejections whose letters may have been given up: of records that were handled before, and hence had theirs,
 * and that the broker took before the letters' horizon. Other letters are sent again with their records: a database that
 * was restored from a backup may lack them.
 */
export async function chooseLetters(
  transaction: Transaction,
  rejections: readonly Rejection[],
  isHandled: (position: RecordPosition) => boolean,
): Promise<readonly Rejection[]> {
  const comeAgain = new Set(
    rejections.filter(({ record }) => isHandled(record)),
  );
  if (comeAgain.size === 0) return rejections;
  const horizonMs = await readHorizonMs(transaction, "dead_letters");
  return rejections.filter(
    (rejection) =>
      !comeAgain.has(rejection) || rejection.record.timestampMs >= horizonMs,
  );
}
