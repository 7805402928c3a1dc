import { invalidDeclaration } from "./invalid-declaration.ts";
import { isGroup } from "./is-group.ts";
import { parseYaml } from "./parse-yaml.ts";

/** Reads a file by its path below the repository. */
export type ReadFile = (path: string) => string;

const FILE = /^\$\{file\((\.\/[\w./-]+\.yml)\)\}$/;

/**
 * Puts the parts of a list under `resources` together, as osls does: groups, and files named by `${file(./path.yml)}`.
 * Throws `invalid_declaration` for a part that is neither, and for a name that two parts declare.
 */
export function includeFiles(document: unknown, readFile: ReadFile): unknown {
  if (!isGroup(document) || !Array.isArray(document["resources"]))
    return document;
  const merged: Record<string, Record<string, unknown>> = {};
  const faults: string[] = [];
  for (const [index, part] of document["resources"].entries()) {
    const path = typeof part === "string" ? FILE.exec(part)?.[1] : undefined;
    const content =
      path === undefined ? (part as unknown) : parseYaml(readFile(path));
    const place = path ?? `resources[${index}]`;
    if (!isGroup(content)) {
      faults.push(
        `${place}: is no group; expected one, or \${file(./path.yml)} with one in it`,
      );
      continue;
    }
    for (const [section, members] of Object.entries(content)) {
      if (!isGroup(members)) {
        faults.push(`${place}.${section}: is no group`);
        continue;
      }
      const known = (merged[section] ??= {});
      for (const [name, member] of Object.entries(members)) {
        if (Object.hasOwn(known, name))
          faults.push(`${place}.${section}.${name}: is declared twice`);
        known[name] = member;
      }
    }
  }
  if (faults.length > 0) throw invalidDeclaration(faults);
  return { ...document, resources: merged };
}
