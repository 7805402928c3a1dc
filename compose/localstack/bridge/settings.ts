import { z } from "zod";

const settings = z
  .object({
    LOCALSTACK_RUNTIME_ENDPOINT: z.url(),
    LOCALSTACK_RUNTIME_ID: z.string().min(1),
    BRIDGE_PORT: z.coerce.number().int(),
    BRIDGE_RIC: z.string().min(1),
    AWS_LAMBDA_FUNCTION_TIMEOUT: z.coerce.number().positive(),
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: z.string(),
    AWS_LAMBDA_FUNCTION_VERSION: z.string(),
    LAMBDA_TASK_ROOT: z.string().min(1),
  })
  .transform((variables) => ({
    endpoint: variables.LOCALSTACK_RUNTIME_ENDPOINT,
    environmentId: variables.LOCALSTACK_RUNTIME_ID,
    port: variables.BRIDGE_PORT,
    /** aws-lambda-ric's module, which asks the Runtime API for invocations when it is run. */
    runtimeClient: variables.BRIDGE_RIC,
    timeoutMs: variables.AWS_LAMBDA_FUNCTION_TIMEOUT * 1000,
    memorySizeMb: variables.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    version: variables.AWS_LAMBDA_FUNCTION_VERSION,
    taskRoot: variables.LAMBDA_TASK_ROOT,
  }));

// Of LocalStack and the bridge; a function has no use for them.
const HIDDEN = /^(BRIDGE_|LOCALSTACK_(?!HOSTNAME$))/;

/** What LocalStack and its executor tell an execution environment. */
export type BridgeSettings = Readonly<z.output<typeof settings>> & {
  /** All of the function's variables. */
  readonly functionEnvironment: Readonly<Record<string, string>>;
};

/** Reads the bridge's own environment; throws when it was not started by the executor. */
export function readBridgeSettings(): BridgeSettings {
  // oxlint-disable-next-line node/no-process-env -- the executor has no other way to tell
  const variables = Object.entries(process.env);
  return {
    ...settings.parse(Object.fromEntries(variables)),
    functionEnvironment: Object.fromEntries(
      variables.filter(
        (variable): variable is [string, string] =>
          variable[1] !== undefined && !HIDDEN.test(variable[0]),
      ),
    ),
  };
}
