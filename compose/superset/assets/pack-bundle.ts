import { strToU8, zipSync } from "fflate";
import { parseDocument } from "yaml";

import type { BundleFiles } from "./read-bundle.ts";

/** Superset takes the files from below one folder, whose name does not matter. */
const TOP_FOLDER = "music_streaming";
const DATABASES = "databases/";

/** Packs a bundle for the assets API, with the address of the database as it is here. */
export function packBundle(
  files: BundleFiles,
  sqlalchemyUri: string,
): Uint8Array<ArrayBuffer> {
  const entries = [...files].map(([path, text]) => [
    `${TOP_FOLDER}/${path}`,
    strToU8(path.startsWith(DATABASES) ? setUri(text, sqlalchemyUri) : text),
  ]);
  return zipSync(Object.fromEntries(entries));
}

function setUri(text: string, sqlalchemyUri: string): string {
  const document = parseDocument(text);
  document.set("sqlalchemy_uri", sqlalchemyUri);
  return document.toString();
}
