import type { PartitionSlice } from "./encode-event.ts";

/** `elsewhere`: succeeded, but of a partition that another process owns by now, where it counts again. */
export type RecordOutcome = "succeeded" | "delivered" | "dropped" | "elsewhere";

const OUTCOMES: readonly RecordOutcome[] = [
  "succeeded",
  "delivered",
  "dropped",
  "elsewhere",
];

interface SliceProgress {
  readonly slice: PartitionSlice;
  /** Index of the lowest record without an outcome. */
  lowestPending: number;
  /** For each record the number of its outcome in `OUTCOMES`, from 1; made when a part of the slice comes to one. */
  outcomes: Uint8Array | null;
}

/** Which records of a batch have their outcome; a partition's progress never passes its lowest record without one (20). */
export class BatchProgress {
  readonly #slices: ReadonlyMap<number, SliceProgress>;

  constructor(slices: readonly PartitionSlice[]) {
    this.#slices = new Map(
      slices.map((slice) => [
        slice.partition,
        { slice, lowestPending: 0, outcomes: null },
      ]),
    );
  }

  /**
   * Takes down the outcome of some records of one partition, given in offset order, and says by how many records the
   * partition advanced, and to which next offset; `null` = it did not.
   */
  resolve(
    { partition, records }: Pick<PartitionSlice, "partition" | "records">,
    outcome: RecordOutcome,
  ): { readonly nextOffset: number; readonly eventCount: number } | null {
    const progress = this.#slices.get(partition);
    if (progress === undefined || records.length === 0) return null;
    const all = progress.slice.records;
    const before = progress.lowestPending;
    if (records.length === all.length) progress.lowestPending = all.length;
    else {
      progress.outcomes ??= new Uint8Array(all.length);
      let index = 0;
      for (const { offset } of records) {
        while (index < all.length && all[index]?.offset !== offset) index += 1;
        progress.outcomes[index] = OUTCOMES.indexOf(outcome) + 1;
      }
      while ((progress.outcomes[progress.lowestPending] ?? 0) > 0)
        progress.lowestPending += 1;
    }
    const eventCount = progress.lowestPending - before;
    if (eventCount === 0) return null;
    const last = all[progress.lowestPending - 1];
    return { nextOffset: Number(last?.offset) + 1, eventCount };
  }

  /** Records that have their outcome and come again all the same, because a lower one of their partition has none. */
  countOvertaken(): Readonly<Record<RecordOutcome, number>> {
    const counts = { succeeded: 0, delivered: 0, dropped: 0, elsewhere: 0 };
    for (const { outcomes, lowestPending } of this.#slices.values()) {
      for (const number of outcomes?.subarray(lowestPending) ?? []) {
        const outcome = OUTCOMES[number - 1];
        if (outcome !== undefined) counts[outcome] += 1;
      }
    }
    return counts;
  }
}
