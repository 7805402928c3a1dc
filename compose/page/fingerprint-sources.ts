import { createHash } from "node:crypto";
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";

/** What the built page depends on, below the repository; the lock file stands for the packages. */
const SOURCES = [
  "functions/dashboard/page/**/*.{ts,css,html,svg}",
  "shared/domain/dashboards/**/*.ts",
  "compose/page/*.ts",
  "package-lock.json",
];

/** Returns a hash of everything that the built page depends on. */
export async function fingerprintSources(root: string): Promise<string> {
  const paths = await Array.fromAsync(glob(SOURCES, { cwd: root }));
  const hash = createHash("sha256");
  for (const path of paths.sort()) {
    const content = await readFile(join(root, path));
    // With its length, so that nothing can move from one file to the next unseen.
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}
