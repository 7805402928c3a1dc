/** What must never go back, and what closed windows hold, at one moment. */
export interface Progress {
  /** Watermarks, frontiers, handled offsets and revisions by name; an infinite time is its number. */
  readonly positions: ReadonlyMap<string, number>;
  /** Rows of the metric tables by table and key. */
  readonly rows: ReadonlyMap<string, MetricRow>;
}

export interface MetricRow {
  /** The publication that the row belongs to, one of `positions`. */
  readonly window: string;
  readonly revision: number;
  /** Of everything else in the row. */
  readonly digest: string;
}

/**
 * Lists what went back between two moments (faults.md, I5), and what of a closed window changed without a revision
 * (I4). A row may go only with a revision of its window: a rebuild takes away what no fact stands for.
 */
export function listRegressions(before: Progress, after: Progress): string[] {
  const gone = [...before.positions.keys()].filter(
    (name) => !after.positions.has(name),
  );
  const back = [...before.positions].filter(
    ([name, position]) => (after.positions.get(name) ?? position) < position,
  );
  return [
    ...gone.map((name) => `I5: ${name} is gone`),
    ...back.map(
      ([name, position]) =>
        `I5: ${name} went back from ${position} to ${after.positions.get(name)}`,
    ),
    ...[...before.rows].flatMap(([name, row]) =>
      listRowFaults(name, row, after.rows.get(name), isRevised(row)),
    ),
  ];

  function isRevised({ window }: MetricRow): boolean {
    return (
      (after.positions.get(window) ?? 0) > (before.positions.get(window) ?? 0)
    );
  }
}

function listRowFaults(
  name: string,
  before: MetricRow,
  after: MetricRow | undefined,
  isRevised: boolean,
): string[] {
  if (after === undefined)
    return isRevised ? [] : [`I4: ${name} is gone from a closed window`];
  if (after.revision < before.revision)
    return [
      `I5: ${name} went back from revision ${before.revision} to ${after.revision}`,
    ];
  return after.revision === before.revision && after.digest !== before.digest
    ? [`I4: ${name} changed within revision ${after.revision}`]
    : [];
}
