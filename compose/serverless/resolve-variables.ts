import { readSource, splitSources, type Source } from "./variable-source.ts";

// Quoted texts may hold braces and commas.
const REFERENCE = /\$\{((?:[^{}'"]|'[^']*'|"[^"]*")*)\}/g;

export interface ResolvedDocument {
  readonly value: unknown;
  /** Every reference that cannot be resolved, one line each with its place. */
  readonly faults: readonly string[];
  /** The paths that `${self:…}` was asked for. */
  readonly selfPaths: ReadonlySet<string>;
}

/**
 * Replaces `${env:NAME}`, `${self:path}` and their fallbacks (`${env:A, env:B, 'text'}`), as osls does: the first
 * source that has a value wins, an empty variable is a value, and a text that is one reference keeps its type.
 */
export function resolveVariables(
  document: unknown,
  environment: Readonly<Record<string, string | undefined>>,
): ResolvedDocument {
  const faults = new Set<string>();
  const selfPaths = new Set<string>();

  const resolveNode = (
    node: unknown,
    place: string,
    pending: readonly string[],
  ): unknown => {
    if (typeof node === "string") return resolveText(node, place, pending);
    if (Array.isArray(node))
      return node.map((item, index) =>
        resolveNode(item, `${place}[${index}]`, pending),
      );
    if (typeof node !== "object" || node === null) return node;
    // What stands in a !Sub is CloudFormation's to replace.
    if ("Fn::Sub" in node) return node;
    return Object.fromEntries(
      Object.entries(node).map(([key, value]) => [
        key,
        resolveNode(value, place === "" ? key : `${place}.${key}`, pending),
      ]),
    );
  };

  const resolveText = (
    text: string,
    place: string,
    pending: readonly string[],
  ): unknown => {
    const references = [...text.matchAll(REFERENCE)];
    if (text.replaceAll(REFERENCE, "").includes("${")) {
      faults.add(
        `${place}: "${text}" holds a reference that does not end, or one inside another, which is not supported`,
      );
      return text;
    }
    const [only] = references;
    if (only !== undefined && only[0] === text)
      return resolveReference(only, place, pending);
    return text.replaceAll(REFERENCE, (whole, body: string) => {
      const value = resolveReference([whole, body], place, pending);
      if (isPrintable(value)) return String(value);
      faults.add(
        `${place}: ${whole} is no text, number or boolean, so it cannot be a part of a text`,
      );
      return whole;
    });
  };

  const resolveReference = (
    [whole = "", body = ""]: readonly string[],
    place: string,
    pending: readonly string[],
  ): unknown => {
    for (const text of splitSources(body)) {
      const source = readSource(text);
      if (source === undefined) {
        faults.add(
          `${place}: ${whole} holds "${text}"; expected env:NAME, self:path or a quoted text`,
        );
        return whole;
      }
      const value = readValue(source, place, pending);
      if (value !== undefined) return value;
    }
    faults.add(
      `${place}: ${whole} cannot be resolved; set what it names, or give it a fallback such as ''`,
    );
    return whole;
  };

  const readValue = (
    source: Source,
    place: string,
    pending: readonly string[],
  ): unknown => {
    if (source.kind === "literal") return source.value;
    if (source.kind === "env") return environment[source.name];
    selfPaths.add(source.path);
    if (pending.includes(source.path)) {
      faults.add(`${place}: \${self:${source.path}} refers to itself`);
      return "";
    }
    return resolveNode(readPath(document, source.path), source.path, [
      ...pending,
      source.path,
    ]);
  };

  return {
    value: resolveNode(document, "", []),
    faults: [...faults],
    selfPaths,
  };
}

function isPrintable(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

function readPath(document: unknown, path: string): unknown {
  let node = document;
  for (const key of path.split(".")) {
    node =
      typeof node === "object" && node !== null && Object.hasOwn(node, key)
        ? Reflect.get(node, key)
        : undefined;
  }
  return node;
}
