import type { RecordPosition } from "./record.ts";

interface Version {
  readonly record: { readonly id: number };
  readonly position: RecordPosition;
}

/** The newest version per id, ordered by id. */
export function selectNewestVersions<V extends Version>(
  versions: readonly V[],
): V[] {
  const newest = new Map<number, V>();
  for (const version of versions) {
    const known = newest.get(version.record.id);
    if (
      known === undefined ||
      compareVersions(known.position, version.position) < 0
    )
      newest.set(version.record.id, version);
  }
  return [...newest.values()].sort((a, b) => a.record.id - b.record.id);
}

/** A version is (record timestamp, partition, offset). */
export function compareVersions(a: RecordPosition, b: RecordPosition): number {
  return (
    a.timestampMs - b.timestampMs ||
    a.partition - b.partition ||
    a.offset - b.offset
  );
}
