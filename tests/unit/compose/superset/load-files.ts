import { readFile } from "node:fs/promises";

import {
  readBundle,
  type BundleFiles,
} from "#compose/superset/assets/read-bundle.ts";
import { BUNDLE_FOLDER } from "#compose/superset/home.ts";

/** The bundle as it is committed. */
export const FILES: BundleFiles = await readBundle(BUNDLE_FOLDER);

/** sql/schema.sql as it is committed. */
export const SCHEMA = await readFile(
  new URL("../../../../sql/schema.sql", import.meta.url),
  "utf8",
);

/** A bundle in which a text of one file is another one; throws when the file does not have it. */
export function changeFile(
  path: string,
  from: string | RegExp,
  to: string,
  files: BundleFiles = FILES,
): BundleFiles {
  const before = files.get(path);
  const after = before?.replace(from, () => to);
  if (after === undefined || after === before)
    throw new Error(`${path} has no ${String(from)}.`);
  return new Map([...files, [path, after]]);
}
