import { join } from "node:path";

import type { Invoker } from "#compose/event-source-mapping/invoker.ts";
import { createInProcessInvoker } from "#compose/invokers/in-process/in-process-invoker.ts";
import type { Declaration } from "#compose/serverless/declaration.ts";
import { openLogFolder } from "./bounded-log.ts";
import { PROJECT_ROOT } from "./project-root.ts";

/** A function's log takes at most twice this of the disk. */
export const LOG_LIMIT_BYTES = 10 * 1024 * 1024;

/** An invoker with the log files of its functions. */
export interface OpenInvoker extends Invoker {
  /** Writes a line into `<dataDir>/logs/<name>.log`. */
  log(name: string, line: string): void;
  /** Lets running invocations finish, then ends the execution environments and closes the logs. */
  stop(): Promise<void>;
}

/** Opens an invoker for the declared functions; what they print goes to `<dataDir>/logs/<function>.log`. */
export function openInvoker(
  declaration: Declaration,
  dataDir: string,
): OpenInvoker {
  const logs = openLogFolder(join(dataDir, "logs"), LOG_LIMIT_BYTES);
  const functions = Object.entries(declaration.functions).map(
    ([name, { handlerModule, ...declared }]) => [
      name,
      {
        ...declared,
        handlerFile: join(PROJECT_ROOT, `${handlerModule}.ts`),
        batchSize: largestBatch(declaration, name),
      },
    ],
  );
  const invoker = createInProcessInvoker({
    functions: Object.fromEntries(functions),
    onLog: (functionName: string, line: string) =>
      logs.write(functionName, line),
  });
  return {
    invoke: (functionName, payload) => invoker.invoke(functionName, payload),
    log: (name, line) => logs.write(name, line),
    stop: async () => {
      await invoker.stop();
      logs.close();
    },
  };
}

/** Records that an event of any of the function's mappings may hold; one for a function that has none. */
function largestBatch({ mappings }: Declaration, functionName: string): number {
  const sizes = mappings
    .filter(({ configuration }) => configuration.functionName === functionName)
    .map(({ configuration }) => configuration.batchSize);
  return Math.max(1, ...sizes);
}
