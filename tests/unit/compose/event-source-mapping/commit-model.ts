/** What the rule of event-source-mapping.md, 12, says: which offsets a group may have, and which it has in the end. */
export class CommitModel {
  /** By partition: whether each record has had an outcome, be it one that came to nothing by a rebalance. */
  readonly #outcomes: boolean[][];
  readonly #committed: number[];
  /** Records that were handed to this member in this assignment. */
  readonly fetched: number[];
  owned: ReadonlySet<number> = new Set();
  /** No rebalance has made outcomes void yet, so that the rule says exactly what is to be committed. */
  isExact = true;

  constructor(partitionCount: number, recordCount: number) {
    const partitions = Array.from({ length: partitionCount });
    this.#outcomes = partitions.map(() =>
      Array.from({ length: recordCount }, () => false),
    );
    this.#committed = partitions.map(() => 0);
    this.fetched = partitions.map(() => 0);
  }

  committed(partition: number): number {
    return this.#committed[partition] ?? 0;
  }

  /** Names of records, `<partition>:<offset>`, that the function has handled or a destination has taken. */
  settle(names: readonly string[]): void {
    for (const name of names) {
      const [partition = 0, offset = 0] = name.split(":").map(Number);
      const outcomes = this.#outcomes[partition];
      if (outcomes !== undefined) outcomes[offset] = true;
    }
  }

  /** What is wrong with asking the group for these offsets; empty when it may be asked for them. */
  judge(offsets: ReadonlyMap<number, number>): string[] {
    return [...offsets].flatMap(([partition, offset]) => [
      ...(this.owned.has(partition)
        ? []
        : [`partition ${partition} belongs to another member`]),
      ...(offset > this.lowestUnsettled(partition)
        ? [
            `${offset} of partition ${partition} passes ${this.lowestUnsettled(partition)}, which has no outcome`,
          ]
        : []),
      ...(offset < this.committed(partition)
        ? [`partition ${partition} goes back to ${offset}`]
        : []),
    ]);
  }

  commit(offsets: ReadonlyMap<number, number>): void {
    for (const [partition, offset] of offsets)
      this.#committed[partition] = offset;
  }

  /** The offset that the rule has committed by now, when nothing is on its way to the group. */
  lowestUnsettled(partition: number): number {
    const lowest = this.#outcomes[partition]?.indexOf(false) ?? -1;
    return lowest === -1 ? (this.#outcomes[partition]?.length ?? 0) : lowest;
  }

  /** Another member handles the next records of a partition that it owns, and commits them. */
  handleElsewhere(partition: number, count: number): void {
    const end = this.#outcomes[partition]?.length ?? 0;
    const first = this.committed(partition);
    const next = Math.min(first + count, end);
    for (let offset = first; offset < next; offset += 1)
      this.settle([`${partition}:${offset}`]);
    this.#committed[partition] = next;
  }
}
