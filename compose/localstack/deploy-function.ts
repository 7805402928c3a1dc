import { createHash } from "node:crypto";

import {
  CreateFunctionCommand,
  GetFunctionConfigurationCommand,
  ResourceNotFoundException,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
  type FunctionConfiguration,
  type LambdaClient,
  type Runtime,
} from "@aws-sdk/client-lambda";

// LocalStack looks whether it has the form of a role, and not for the role.
const ROLE = "arn:aws:iam::000000000000:role/music-streaming";
const WAIT = { maxWaitTime: 60, minDelay: 0.1, maxDelay: 1 } as const;

/** A function as it is to be. */
export interface FunctionToDeploy {
  readonly name: string;
  readonly runtime: Runtime;
  /** `<module>.<export>` within the archive. */
  readonly handler: string;
  readonly archive: Uint8Array;
  readonly timeoutMs: number;
  readonly memorySizeMb: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** Creates the function or brings it up to date, and waits until it takes invocations; returns its ARN. */
export async function deployFunction(
  client: LambdaClient,
  wanted: FunctionToDeploy,
): Promise<string> {
  const { name, archive } = wanted;
  const settings = {
    FunctionName: name,
    Runtime: wanted.runtime,
    Handler: wanted.handler,
    Role: ROLE,
    Timeout: wanted.timeoutMs / 1000,
    MemorySize: wanted.memorySizeMb,
    Environment: { Variables: { ...wanted.environment } },
  } as const;
  const existing = await findFunction(client, name);
  if (existing === undefined) {
    await client.send(
      new CreateFunctionCommand({ ...settings, Code: { ZipFile: archive } }),
    );
    await waitUntilFunctionActiveV2(
      { client, ...WAIT },
      { FunctionName: name },
    );
  } else {
    const hash = createHash("sha256").update(archive).digest("base64");
    if (existing.CodeSha256 !== hash) {
      await client.send(
        new UpdateFunctionCodeCommand({
          FunctionName: name,
          ZipFile: archive,
        }),
      );
      await waitUntilFunctionUpdatedV2(
        { client, ...WAIT },
        { FunctionName: name },
      );
    }
    await client.send(new UpdateFunctionConfigurationCommand(settings));
    await waitUntilFunctionUpdatedV2(
      { client, ...WAIT },
      { FunctionName: name },
    );
  }
  return (await findFunction(client, name))?.FunctionArn ?? name;
}

async function findFunction(
  client: LambdaClient,
  name: string,
): Promise<FunctionConfiguration | undefined> {
  try {
    return await client.send(
      new GetFunctionConfigurationCommand({ FunctionName: name }),
    );
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}
