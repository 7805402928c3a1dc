/** One alternative within a `${…}`. */
export type Source =
  | { readonly kind: "env"; readonly name: string }
  | { readonly kind: "self"; readonly path: string }
  | { readonly kind: "literal"; readonly value: string | number | boolean };

const SOURCE_LIST = /(?:[^,'"]|'[^']*'|"[^"]*")+/g;
const QUOTED = /^(?:'([^']*)'|"([^"]*)")$/;

/** Cuts the inside of a `${…}` at its commas; those within quotes stay. */
export function splitSources(body: string): string[] {
  return (body.match(SOURCE_LIST) ?? [""]).map((text) => text.trim());
}

/** Reads one alternative; undefined when it is neither a source that is known nor a literal. */
export function readSource(text: string): Source | undefined {
  const variable = /^env:(\w+)$/.exec(text)?.[1];
  if (variable !== undefined) return { kind: "env", name: variable };
  const path = /^self:([\w-]+(?:\.[\w-]+)*)$/.exec(text)?.[1];
  if (path !== undefined) return { kind: "self", path };
  const quoted = QUOTED.exec(text);
  if (quoted !== null)
    return { kind: "literal", value: quoted[1] ?? quoted[2] ?? "" };
  if (text === "true" || text === "false")
    return { kind: "literal", value: text === "true" };
  if (/^-?\d+(\.\d+)?$/.test(text))
    return { kind: "literal", value: Number(text) };
  return undefined;
}
