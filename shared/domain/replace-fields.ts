/** Strings, the signs that JSON is made of, and whatever stands between them: numbers, true, false, null. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g;

/**
 * Gives fields of an object other values within its JSON text, and leaves every other character as it is: a number that
 * no double holds, and nesting that nothing could write anew. New fields come last. The text must be an object's.
 */
export function replaceFields(
  json: string,
  values: ReadonlyMap<string, unknown>,
): string {
  const added = new Map(values);
  const parts: string[] = [];
  let copiedTo = 0;
  let isEmpty = true;
  for (const { name, start, end } of listFields(json)) {
    isEmpty = false;
    if (!values.has(name)) continue;
    const old = json.slice(start, end);
    const spaces = old.length - old.trimStart().length;
    parts.push(
      json.slice(copiedTo, start + spaces),
      JSON.stringify(values.get(name)),
    );
    copiedTo = start + old.trimEnd().length;
    // Of equal fields the last one counts, so all of them are replaced.
    added.delete(name);
  }
  const closing = json.lastIndexOf("}");
  const members = [...added].map(
    ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
  );
  const separator = isEmpty || members.length === 0 ? "" : ",";
  parts.push(
    json.slice(copiedTo, closing),
    separator,
    members.join(","),
    json.slice(closing),
  );
  return parts.join("");
}

/** The fields of the outermost object, with where the text of each value, spaces included, starts and ends. */
function* listFields(
  json: string,
): Generator<{ name: string; start: number; end: number }> {
  let depth = 0;
  let before = "";
  let field: { name: string; start: number } | undefined;
  for (const { 0: token, index } of json.matchAll(TOKENS)) {
    if (token === "}" || token === "]") depth -= 1;
    const isBehind = depth === 1 ? token === "," : depth === 0;
    if (field !== undefined && isBehind) {
      yield { ...field, end: index };
      field = undefined;
    }
    if (depth === 1 && token === ":")
      field = { name: String(JSON.parse(before)), start: index + 1 };
    if (token === "{" || token === "[") depth += 1;
    before = token;
  }
}
