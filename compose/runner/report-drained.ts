import { renderResult } from "#compose/validation/render-result.ts";
import { validate } from "#compose/validation/run-validation.ts";
import { PipelineError } from "#shared/errors.ts";
import { listConsumerGroups } from "./list-consumer-groups.ts";
import type { Runner } from "./start-runner.ts";
import { summarizeTables } from "./summarize-tables.ts";

/** Writes a summary of the metric tables and what the checks found; throws `validation_failed` (external) when one fails. */
export async function reportDrained(
  { connections, declaration, offsets }: Runner,
  write: (text: string) => void,
): Promise<void> {
  const databaseUrl = connections.databaseUrls.reader;
  write(`${await summarizeTables(databaseUrl)}\n`);
  const consumerGroups = listConsumerGroups(declaration);
  const result = await validate({
    databaseUrl,
    kafka: { offsets, consumerGroups },
    withReports: false,
  });
  write(`${renderResult(result)}\n`);
  if (result.ok) return;
  const failed = result.checks
    .filter(({ passed }) => !passed)
    .map(({ name }) => name);
  throw new PipelineError(
    `The validation failed: ${failed.join(", ")}. The rows are above; npm run up and npm run validate show them again.`,
    { code: "validation_failed", domain: "external" },
  );
}
