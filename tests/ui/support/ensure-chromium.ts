import { execFile } from "node:child_process";
import { access } from "node:fs/promises";
import { promisify } from "node:util";

const PACKAGE = "chromium";
const PROGRAM = "/usr/bin/chromium";

const run = promisify(execFile);

/** Returns the path of Chromium; where Debian's package is missing it is installed, for which one has to be root. */
export async function ensureChromium(): Promise<string> {
  if (await isThere()) return PROGRAM;
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
      `These tests look at the page and need a package that could not be installed. Debian, Ubuntu: sudo apt-get install ${PACKAGE}`,
      { cause },
    );
  }
  if (!(await isThere()))
    throw new Error(`The package ${PACKAGE} has brought no ${PROGRAM}.`);
  return PROGRAM;
}

function isThere(): Promise<boolean> {
  return access(PROGRAM).then(
    () => true,
    () => false,
  );
}
