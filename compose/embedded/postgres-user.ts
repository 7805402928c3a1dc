import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { PipelineError } from "#shared/errors.ts";

const run = promisify(execFile);

/** Existing users only: starting a demo is no reason to add one to the machine. */
const CANDIDATES = ["postgres", "_postgres", "nobody"] as const;

export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Returns the unprivileged user for Postgres, which refuses to run as root, or undefined when we are not root. */
export async function findPostgresUser(): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) {
    return undefined;
  }
  for (const name of CANDIDATES) {
    const [uid, gid] = await Promise.all([
      readId("-u", name),
      readId("-g", name),
    ]);
    if (uid !== undefined && gid !== undefined) {
      return { name, uid, gid };
    }
  }
  throw new PipelineError(
    `Postgres refuses to run as root, and this system has none of the users ${CANDIDATES.join(", ")}. ` +
      "Run the command as another user, or set DATABASE_URL to use a Postgres that is already running.",
    { code: "missing_postgres_user", domain: "user" },
  );
}

/** Throws `directory_unreachable` (user) when that user cannot run the program or enter the directory. */
export async function assertUserReaches(
  { name, uid, gid }: SystemUser,
  program: string,
  directory: string,
): Promise<void> {
  for (const [path, args] of [
    [program, ["-c", '"$0" --version', program]],
    [directory, ["-c", 'cd "$0"', directory]],
  ] as const) {
    try {
      await run("/bin/sh", args, { uid, gid, cwd: "/" });
    } catch (cause) {
      throw new PipelineError(
        `Postgres refuses to run as root and runs as the user ${name} instead, who cannot use ${path}. ` +
          "Run the command as another user than root, move the project to a directory that everybody may enter " +
          "(not below /root), or set DATABASE_URL to use a Postgres that is already running.",
        { code: "directory_unreachable", domain: "user", cause },
      );
    }
  }
}

async function readId(
  which: "-u" | "-g",
  name: string,
): Promise<number | undefined> {
  try {
    const { stdout } = await run("id", [which, name]);
    return Number(stdout);
  } catch {
    // No such user.
    return undefined;
  }
}
