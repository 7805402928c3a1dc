import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";

/** Texts by their paths within the bundle, with slashes. */
export type BundleFiles = ReadonlyMap<string, string>;

/** Reads all files of a bundle's folder. */
export async function readBundle(folder: string): Promise<BundleFiles> {
  const entries = await readdir(folder, {
    recursive: true,
    withFileTypes: true,
  });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const files = new Map<string, string>();
  for (const path of paths)
    files.set(
      relative(folder, path).split(sep).join("/"),
      await readFile(path, "utf8"),
    );
  return files;
}
