import { PipelineError } from "#shared/errors.ts";

/** SQLSTATE of a table and of a column that do not exist. */
const MISSING_SCHEMA: ReadonlySet<unknown> = new Set(["42P01", "42703"]);

/**
 * Returns `schema_outdated` (user) for the error of a statement whose tables or columns are not there, any other error
 * as it is.
 *
 * @param reader what was about to read them, for the message
 */
export function explainMissingSchema(error: unknown, reader: string): unknown {
  const cause: unknown =
    error instanceof PipelineError ? error.cause : undefined;
  if (!(
    cause instanceof Error &&
    "code" in cause &&
    MISSING_SCHEMA.has(cause.code)
  ))
    return error;
  return new PipelineError(
    `The database has not the schema that ${reader} reads (${cause.message}). Bring it up to date with npm run migrate.`,
    { code: "schema_outdated", domain: "user", cause },
  );
}
