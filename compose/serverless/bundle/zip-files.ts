import { zipSync } from "fflate";

import type { PackageFiles } from "./bundle-function.ts";

// The same files give the same archive, so that an unchanged function is not deployed anew. A zip begins in 1980.
const MODIFIED_AT = "1980-01-02T00:00:00";

/** Packs files for Lambda. */
export function zipFiles(files: PackageFiles): Uint8Array {
  return zipSync({ ...files }, { level: 9, mtime: MODIFIED_AT });
}
