import { STREAMS } from "#shared/domain/catalogue/streams.ts";
import { createRandomKey, Random } from "#shared/domain/random.ts";
import type { OutgoingRecord } from "./topic-client.ts";

/** The records in another order, each on one of these partitions; the same for the same records. */
export function shuffleRecords(
  records: readonly OutgoingRecord[],
  partitions: readonly number[],
): OutgoingRecord[] {
  const random = new Random().start(
    createRandomKey(records.length),
    STREAMS.play,
    0,
  );
  const shuffled = records.map((record) => ({
    record,
    place: random.nextUnit(),
  }));
  shuffled.sort((a, b) => a.place - b.place);
  return shuffled.map(({ record }) => ({
    ...record,
    partition: random.nextItem(partitions),
  }));
}
