import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";

import { DeleteFunctionCommand } from "@aws-sdk/client-lambda";
import { onTestFinished } from "vitest";

import { createDeploymentClients } from "#compose/localstack/clients.ts";
import {
  deployFunction,
  type FunctionToDeploy,
} from "#compose/localstack/deploy-function.ts";
import { packFunction } from "#compose/serverless/bundle/pack-function.ts";
import { localStackAccess } from "./localstack.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** What a test may want otherwise. */
interface TestFunctionSettings {
  readonly timeoutMs?: number;
  readonly runtime?: FunctionToDeploy["runtime"];
}

/** Deploys a module of tests/fixtures/functions under a name of its own, which is returned; it goes with the test. */
export async function deployTestFunction(
  fixture: string,
  environment: Readonly<Record<string, string>> = {},
  { timeoutMs = 5000, runtime = "nodejs24.x" }: TestFunctionSettings = {},
): Promise<string> {
  const name = `test-${randomUUID()}`;
  const clients = createDeploymentClients(localStackAccess().endpoint);
  const packed = await packFunction({
    root,
    handlerModule: `tests/fixtures/functions/${fixture}`,
    handlerExport: "handler",
  });
  onTestFinished(async () => {
    await clients.lambda.send(
      new DeleteFunctionCommand({ FunctionName: name }),
    );
    clients.close();
  });
  await deployFunction(clients.lambda, {
    name,
    ...packed,
    runtime,
    timeoutMs,
    memorySizeMb: 256,
    environment,
  });
  return name;
}
