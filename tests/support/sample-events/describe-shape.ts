/**
 * Describes what an event is made of, without its values: the types of its fields, and of a list the different shapes
 * of its items. Keys such as `users-2` count as `users-*`: which partitions come is a matter of chance.
 */
export function describeShape(value: unknown): unknown {
  if (value === null) return "null";
  if (Array.isArray(value)) {
    const shapes = value.map((item) => JSON.stringify(describeShape(item)));
    return [...new Set(shapes)].sort();
  }
  if (typeof value !== "object") return typeof value;
  const fields = Object.entries(value).map(([key, member]) => [
    key.replace(/-\d+$/, "-*"),
    describeShape(member),
  ]);
  return Object.fromEntries(fields);
}
