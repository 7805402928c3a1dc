import { join } from "node:path";

import { createLambdaEndpointInvoker } from "#compose/invokers/lambda-endpoint/lambda-endpoint-invoker.ts";
import { LOCALSTACK_ACCESS } from "#compose/localstack/clients.ts";
import { openDeployment } from "#compose/localstack/deploy.ts";
import { findLocalStack } from "#compose/localstack/find-localstack.ts";
import { startLocalStack } from "#compose/localstack/server.ts";
import type {
  Declaration,
  ScheduleDeclaration,
} from "#compose/serverless/declaration.ts";
import type { Config } from "#shared/config.ts";
import { openLogFolder } from "./bounded-log.ts";
import { createCleanups } from "./cleanups.ts";
import type { Environment } from "./load-declaration.ts";
import { LOG_LIMIT_BYTES, type OpenInvoker } from "./open-invoker.ts";
import { PROJECT_ROOT } from "./project-root.ts";

export interface LocalStackInvokerOptions {
  readonly declaration: Declaration;
  readonly config: Config;
  readonly dataDir: string;
  readonly environment: Environment;
  readonly onProgress: (message: string) => void;
}

/** An invoker whose functions run in LocalStack, and so do their schedules. */
export interface LocalStackInvoker extends OpenInvoker {
  /** Has LocalStack run these schedules beside those of earlier calls. */
  startSchedules(schedules: readonly ScheduleDeclaration[]): Promise<void>;
  /** LocalStack begins no further invocation by itself. */
  stopSchedules(): Promise<void>;
}

/**
 * Starts or adopts LocalStack, unless LOCALSTACK_ENDPOINT names one, and deploys the declared functions to it. `stop`
 * ends an embedded one. Throws what `startLocalStack` and `findLocalStack` throw.
 */
export async function openLocalStackInvoker({
  declaration,
  config,
  dataDir,
  environment,
  onProgress,
}: LocalStackInvokerOptions): Promise<LocalStackInvoker> {
  const cleanups = createCleanups();
  try {
    if (config.LOCALSTACK_ENDPOINT === undefined) {
      const server = await startLocalStack({
        dataDir,
        config,
        environment,
        onProgress,
      });
      cleanups.add(() => server.stop());
    }
    const endpoint = await findLocalStack(config);
    const root = PROJECT_ROOT;
    const deployment = openDeployment({
      endpoint,
      declaration,
      root,
      onProgress,
    });
    cleanups.add(() => deployment.close());
    await deployment.deployFunctions();
    // What an earlier deployment has left there would run beside what is asked for.
    await deployment.deploySchedules([]);
    const logs = openLogFolder(join(dataDir, "logs"), LOG_LIMIT_BYTES);
    cleanups.add(() => logs.close());
    const invoker = createLambdaEndpointInvoker({
      ...LOCALSTACK_ACCESS,
      endpoint,
      timeoutMsOf: (name) => declaration.functions[name]?.timeoutMs ?? 0,
    });
    cleanups.add(() => invoker.stop());
    const running: ScheduleDeclaration[] = [];
    return {
      invoke: (functionName, payload) => invoker.invoke(functionName, payload),
      log: (name, line) => logs.write(name, line),
      startSchedules: async (schedules) => {
        running.push(...schedules);
        await deployment.deploySchedules(running);
      },
      stopSchedules: () => deployment.deploySchedules([]),
      stop: () => cleanups.run(),
    };
  } catch (error) {
    await cleanups.run();
    throw error;
  }
}
