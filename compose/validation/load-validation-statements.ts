import { readdirSync } from "node:fs";
import { join } from "node:path";

import { PipelineError } from "#shared/errors.ts";
import { loadStatement, sqlFolder, type Statement } from "#shared/sql.ts";

/** A check or a report as its file holds it. */
export interface ValidationStatement {
  readonly name: string;
  /** The first sentence of the file's header comment. */
  readonly title: string;
  readonly statement: Statement;
}

/** Reads every file of `sql/validation/checks/` or `reports/`, in the order of their names. */
export function loadValidationStatements(
  kind: "checks" | "reports",
): ValidationStatement[] {
  return readdirSync(join(sqlFolder(), "validation", kind))
    .filter((file) => file.endsWith(".sql"))
    .sort()
    .map((file) => {
      const name = file.slice(0, -".sql".length);
      const statement = loadStatement(`validation/${kind}/${name}`);
      return { name, title: readTitle(statement), statement };
    });
}

function readTitle({ name, text }: Statement): string {
  const title = /^-- (.+\.)\n/.exec(text)?.[1];
  if (title === undefined) {
    throw new PipelineError(
      `sql/${name}.sql has no title; expected its first line to be a comment of one sentence. Add it.`,
      { code: "invalid_validation_file", domain: "internal" },
    );
  }
  return title;
}
