import type { Dimension } from "./types.ts";

/** A text that describes a dimension row; null where it has none. */
export function findText(
  dimension: Dimension,
  id: number,
  name: string,
): string | null {
  const attribute = dimension.get(id)?.[name];
  return typeof attribute === "string" ? attribute : null;
}

/** What plays are grouped by: the text, or `unknown`. */
export const groupName = (
  dimension: Dimension,
  id: number,
  name: string,
): string => findText(dimension, id, name) ?? "unknown";

/** A whole number that describes a dimension row; null where it has none. */
export function findNumber(
  dimension: Dimension,
  id: number,
  name: string,
): number | null {
  const attribute = dimension.get(id)?.[name];
  return typeof attribute === "number" ? attribute : null;
}
