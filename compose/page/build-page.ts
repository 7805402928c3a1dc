import { rm } from "node:fs/promises";
import { join } from "node:path";

import { withFileLock } from "#compose/embedded/file-lock.ts";
import { readIfExists } from "#compose/embedded/read-if-exists.ts";
import { bundlePage } from "./bundle-page.ts";
import { fingerprintSources } from "./fingerprint-sources.ts";
import { writeAssets } from "./write-assets.ts";

export interface PageOptions {
  /** The repository. */
  readonly root: string;
}

/** Where the page is built to, below the repository; it is not committed. */
export const ASSETS_FOLDER = "functions/dashboard/assets";

// Written last and read first: a build that was broken off has none.
const FINGERPRINT_FILE = "fingerprint";
const LOCK_TIMEOUT_MS = 60_000;

/**
 * Builds the page of the function `dashboard` into its folder `assets`: what is served, what of it is compressed, and
 * `manifest.json`, which names them. Does nothing when neither the page nor what builds it has changed since. Throws
 * what esbuild throws, with file and line, and `lock_timeout`.
 */
export async function buildPage({ root }: PageOptions): Promise<void> {
  const folder = join(root, ASSETS_FOLDER);
  const fingerprint = await fingerprintSources(root);
  const isBuilt = async () =>
    (await readIfExists(join(folder, FINGERPRINT_FILE))) === fingerprint;
  if (await isBuilt()) return;
  // A runner and a test may begin together.
  const lock = join(root, ".data", "page.lock");
  await withFileLock(lock, LOCK_TIMEOUT_MS, async () => {
    if (await isBuilt()) return;
    const files = await bundlePage(root);
    await rm(folder, { recursive: true, force: true });
    await writeAssets(folder, files, [FINGERPRINT_FILE, fingerprint]);
  });
}
