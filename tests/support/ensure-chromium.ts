import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const PACKAGE = "chromium";

const run = promisify(execFile);

/** Returns the path of Chromium; where Debian's package is missing it is installed, for which one has to be root. */
export async function ensureChromium(): Promise<string> {
  const found = await findOnPath();
  if (found !== undefined) return found;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    await run("apt-get", ["update", "-qq"], { env });
    await run(
      "apt-get",
      ["install", "-y", "-qq", "--no-install-recommends", PACKAGE],
      { env, maxBuffer: 64 * 1024 * 1024 },
    );
  } catch (cause) {
    throw new Error(
      `These tests look at pages and need a package that could not be installed. Debian: sudo apt-get install ${PACKAGE}`,
      { cause },
    );
  }
  const installed = await findOnPath();
  if (installed === undefined)
    throw new Error(
      `The package ${PACKAGE} has brought no program of its name.`,
    );
  return installed;
}

async function findOnPath(): Promise<string | undefined> {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, PACKAGE);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}
