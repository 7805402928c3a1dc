// The runner reads the one, the plugin of osls the other; the schema refuses what it does not know of them.
const KNOWN = new Set(["local", "aws"]);

/**
 * Returns the paths below `custom` (without `local` and `aws`) that no `${self:…}` refers to, neither themselves nor as
 * a part of something that is: nobody understands them, and a misspelt one would be ignored in silence.
 */
export function findUnusedCustom(
  custom: Readonly<Record<string, unknown>>,
  selfPaths: ReadonlySet<string>,
): string[] {
  return Object.entries(custom)
    .filter(([key]) => !KNOWN.has(key))
    .flatMap(([key, value]) => findUnused(value, `custom.${key}`, selfPaths));
}

function findUnused(
  value: unknown,
  path: string,
  selfPaths: ReadonlySet<string>,
): string[] {
  if (selfPaths.has(path)) return [];
  const isGroup =
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isGroup || Object.keys(value).length === 0) return [path];
  return Object.entries(value).flatMap(([key, member]) =>
    findUnused(member, `${path}.${key}`, selfPaths),
  );
}
