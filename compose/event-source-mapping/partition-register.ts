interface Entry {
  isOccupied: boolean;
  handled: number | null;
  committed: number | null;
  incarnation: number;
}

/** The right to invoke the function with records of some partitions, until it is released. */
export interface Occupation {
  /** `nextOffset` = behind the last record of that partition that succeeded or was disposed of. */
  markHandled(partition: number, nextOffset: number): void;
  release(): void;
}

/**
 * What all pollers of a mapping must agree on, whichever of them owns a partition at the moment: which partitions have
 * an invocation in flight (11), and how far each was handled, which a rebalance does not undo (13).
 */
export class PartitionRegister {
  readonly #entries = new Map<number, Entry>();
  readonly #onChange: () => void;

  /** `onChange` is called after every release. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  isFree(partition: number): boolean {
    return !this.#entry(partition).isOccupied;
  }

  handledOffset(partition: number): number | null {
    return this.#entry(partition).handled;
  }

  /** Nothing below `nextOffset` is left to be handled, as far as it was not handled already: filters kept it back (12). */
  markFiltered(partition: number, nextOffset: number): void {
    const entry = this.#entry(partition);
    entry.handled = Math.max(entry.handled ?? 0, nextOffset);
  }

  /** The newest offset that the group has confirmed to this mapping; `null` = none yet. */
  committedOffset(partition: number): number | null {
    return this.#entry(partition).committed;
  }

  markCommitted(partition: number, offset: number): void {
    this.#entry(partition).committed = offset;
  }

  /** Whether the group has ever had an offset from this mapping: the starting position has then done its part. */
  get hasCommitted(): boolean {
    return [...this.#entries.values()].some(
      ({ committed }) => committed !== null,
    );
  }

  /** Throws when one of the partitions is occupied: two invocations in flight never share a partition. */
  occupy(partitions: readonly number[]): Occupation {
    const entries = new Map(
      partitions.map((partition) => [partition, this.#entry(partition)]),
    );
    for (const [partition, entry] of entries) {
      if (entry.isOccupied)
        throw new Error(
          `Partition ${partition} has an invocation in flight already.`,
        );
    }
    const incarnations = new Map(
      [...entries].map(([partition, { incarnation }]) => [
        partition,
        incarnation,
      ]),
    );
    for (const entry of entries.values()) entry.isOccupied = true;
    return {
      markHandled: (partition, nextOffset) => {
        const entry = entries.get(partition);
        if (
          entry === undefined ||
          entry.incarnation !== incarnations.get(partition)
        )
          return;
        entry.handled = Math.max(entry.handled ?? 0, nextOffset);
      },
      release: () => {
        for (const entry of entries.values()) entry.isOccupied = false;
        this.#onChange();
      },
    };
  }

  /** Forgets how far a partition was handled, because its offsets start again; work in flight no longer counts. */
  forget(partition: number): void {
    const entry = this.#entry(partition);
    entry.handled = null;
    entry.committed = null;
    entry.incarnation += 1;
  }

  #entry(partition: number): Entry {
    const known = this.#entries.get(partition);
    if (known !== undefined) return known;
    const entry: Entry = {
      isOccupied: false,
      handled: null,
      committed: null,
      incarnation: 0,
    };
    this.#entries.set(partition, entry);
    return entry;
  }
}
