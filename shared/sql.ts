import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../sql/", import.meta.url);

/** A statement read from its file; Postgres prepares it once per connection under `name`. */
export interface Statement {
  /** The file's path below `sql/`, at most 63 bytes (Postgres truncates longer ones). */
  readonly name: string;
  readonly text: string;
  /** False: planned anew for its values each time, where a plan for any values could be a bad one. */
  readonly isPrepared?: boolean;
}

/**
 * Reads `sql/<path>.sql`. Called at module load, so that a missing file stops the cold start.
 *
 * @param path below `sql/`, without the ending
 */
export function loadStatement(path: string): Statement {
  const text = readFileSync(new URL(`${path}.sql`, ROOT), "utf8");
  return { name: path.replace(/^queries\//, ""), text };
}

/** The folder `sql/` of this project. */
export function sqlFolder(): string {
  return fileURLToPath(ROOT);
}
