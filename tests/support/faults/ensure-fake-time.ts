import { execFile } from "node:child_process";
import { glob } from "node:fs/promises";
import { promisify } from "node:util";

const PACKAGE = "faketime";
const LIBRARIES = "/usr/lib/*/faketime/libfaketime.so.1";

const run = promisify(execFile);

/** Returns the path of libfaketime; where Debian's package is missing it is installed, for which one has to be root. */
export async function ensureFakeTime(): Promise<string> {
  const found = await findLibrary();
  if (found !== undefined) return found;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    await run("apt-get", ["update", "-qq"], { env });
    await run(
      "apt-get",
      ["install", "-y", "-qq", "--no-install-recommends", PACKAGE],
      { env },
    );
  } catch (cause) {
    throw new Error(
      `This test steps a clock and needs a package that could not be installed. Debian, Ubuntu: sudo apt-get install ${PACKAGE}`,
      { cause },
    );
  }
  const installed = await findLibrary();
  if (installed === undefined)
    throw new Error(`The package ${PACKAGE} has brought no ${LIBRARIES}.`);
  return installed;
}

async function findLibrary(): Promise<string | undefined> {
  for await (const path of glob(LIBRARIES)) return path;
  return undefined;
}
