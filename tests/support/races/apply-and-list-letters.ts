import type { StreamEventWarehouse } from "#shared/ports/stream-event-warehouse.ts";
import {
  makeMicroBatch,
  type RecordTraits,
} from "#tests/support/rows/make-records.ts";

import { nameOutcomes } from "./open-stores.ts";

/** Applies plays, good or bad: what became of each, and the letters that were published, as "<offset> <reason>". */
export async function applyAndListLetters(
  warehouse: StreamEventWarehouse,
  traits: readonly RecordTraits[],
): Promise<{ outcomes: string[]; letters: string[] }> {
  const letters: string[] = [];
  const outcomes = await warehouse.applyMicroBatch(
    makeMicroBatch(traits),
    async (rejections) => {
      letters.push(
        ...rejections.map(({ record, reason }) => `${record.offset} ${reason}`),
      );
      return Promise.resolve();
    },
  );
  return { outcomes: nameOutcomes(outcomes), letters };
}
