import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

import { runStep } from "#compose/install/run-step.ts";
import { PipelineError } from "#shared/errors.ts";
import { INSTALL_FAILURE } from "./home.ts";

/** Programs that build aws-lambda-ric, and Debian's packages that have them. */
const PACKAGES: Readonly<Record<string, string>> = {
  autoreconf: "autoconf",
  automake: "automake",
  libtoolize: "libtool",
  cmake: "cmake",
  "g++": "g++",
  make: "make",
  xz: "xz-utils",
};

/**
 * Installs the tools that are missing where that is allowed (root on a system with apt-get); throws
 * `missing_build_tools` (user), with the command that does it, elsewhere.
 */
export async function ensureBuildTools(
  environment: Readonly<Record<string, string>>,
  onProgress: (message: string) => void,
  user: number | undefined = process.getuid?.(),
): Promise<void> {
  const folders = (environment["PATH"] ?? "").split(delimiter);
  const missing: string[] = [];
  for (const [program, name] of Object.entries(PACKAGES))
    if (!(await isOnPath(program, folders))) missing.push(name);
  if (missing.length === 0) return;
  const isAllowed = user === 0 && (await isOnPath("apt-get", folders));
  if (!isAllowed) {
    throw new PipelineError(
      `Building Lambda's runtime client needs programs that are missing. Debian, Ubuntu: sudo apt-get install ${missing.join(" ")}. Then try again.`,
      { code: "missing_build_tools", domain: "user" },
    );
  }
  onProgress(`LocalStack: installing ${missing.join(", ")}`);
  const apt = (...args: string[]) =>
    runStep({
      command: "apt-get",
      args,
      environment: { ...environment, DEBIAN_FRONTEND: "noninteractive" },
      failure: INSTALL_FAILURE,
    });
  await apt("update", "-qq");
  await apt("install", "-y", "-qq", "--no-install-recommends", ...missing);
}

async function isOnPath(
  program: string,
  folders: readonly string[],
): Promise<boolean> {
  const found = await Promise.all(
    folders.map((folder) =>
      access(join(folder, program), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}
