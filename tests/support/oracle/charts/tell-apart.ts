/** Adds its id to each label that several ids have. */
export function tellApart(
  labels: ReadonlyMap<number, string>,
): Map<number, string> {
  const idsByLabel = Map.groupBy(labels, ([, label]) => label);
  return new Map(
    [...labels].map(([id, label]) => [
      id,
      (idsByLabel.get(label)?.length ?? 0) > 1 ? `${label} (${id})` : label,
    ]),
  );
}
