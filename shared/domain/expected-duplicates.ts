/**
 * Looking up the ids of 10,000 plays takes Postgres 29 ms of 165; an id that is a fact already and was not looked up costs a
 * micro-batch done twice, and its rows' space until they are vacuumed away. So they are looked up for a while after each
 * duplicate: at worst every 21st micro-batch is done twice.
 */
const MICRO_BATCHES_AFTER_A_DUPLICATE = 20;

/** Whether plays are likely to be facts already, judged by the micro-batches before. */
export class ExpectedDuplicates {
  #remaining = 0;

  /** Whether the next micro-batch's ids are to be looked up. */
  areLikely(): boolean {
    return this.#remaining > 0;
  }

  /** Takes note of whether a micro-batch had plays that were facts already. */
  note(hadDuplicates: boolean): void {
    this.#remaining = hadDuplicates
      ? MICRO_BATCHES_AFTER_A_DUPLICATE
      : Math.max(0, this.#remaining - 1);
  }
}
