import type { StartingPosition } from "./configuration.ts";
import type { ConsumerSession } from "./consumer-session.ts";
import { resolvePosition } from "./resolve-position.ts";
import type { OffsetRange, Position } from "./resolve-position.ts";

export interface FoundPosition extends Position {
  /** What the group has committed; `null` = nothing. */
  readonly committed: number | null;
  readonly range: OffsetRange;
}

/**
 * From where a group reads each partition (event-source-mapping.md, 3): from its committed offset. The starting
 * position (`null` = it has done its part) counts only while the group has none at all: a partition that is added later
 * is read from its first record.
 */
export async function findPositions(
  session: ConsumerSession,
  startingPosition: StartingPosition | null,
): Promise<ReadonlyMap<number, FoundPosition>> {
  const committedOffsets = await session.committedOffsets();
  const ranges = await session.offsetRanges();
  const isNewGroup = [...committedOffsets.values()].every(
    (offset) => offset === null,
  );
  const startingOffsets =
    isNewGroup && startingPosition?.kind === "AT_TIMESTAMP"
      ? await session.offsetsAt(startingPosition.timestampMs)
      : null;
  return new Map(
    [...ranges].map(([partition, range]) => {
      const committed = committedOffsets.get(partition) ?? null;
      const latest =
        isNewGroup && startingPosition?.kind === "LATEST" ? range.high : null;
      const starting = startingOffsets?.get(partition) ?? latest;
      return [
        partition,
        { ...resolvePosition(committed, starting, range), committed, range },
      ];
    }),
  );
}
