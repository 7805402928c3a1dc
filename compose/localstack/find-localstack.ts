import type { Config } from "#shared/config.ts";
import { PipelineError } from "#shared/errors.ts";
import { isHealthy } from "./server.ts";

/** Returns the address of the LocalStack that the settings mean; throws `not_running` (user) when it does not answer. */
export async function findLocalStack(
  config: Pick<Config, "LOCALSTACK_ENDPOINT" | "LOCALSTACK_PORT">,
): Promise<string> {
  const endpoint =
    config.LOCALSTACK_ENDPOINT ?? `http://127.0.0.1:${config.LOCALSTACK_PORT}`;
  if (await isHealthy(endpoint)) return endpoint;
  throw new PipelineError(
    `No LocalStack answers at ${endpoint}. Start one with npm run localstack -- start, or set LOCALSTACK_PORT or LOCALSTACK_ENDPOINT to where it is.`,
    { code: "not_running", domain: "user" },
  );
}
