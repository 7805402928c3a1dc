import type { Invoker } from "#compose/event-source-mapping/invoker.ts";
import { prepareCollector } from "./collector.ts";
import type { InProcessFunction } from "./execution-environment.ts";
import { FunctionPool } from "./function-pool.ts";

/** Lambda keeps them for longer; here each takes 40 MB, and its next cold start a third of a second. */
const DEFAULT_IDLE_TIMEOUT_MS = 60_000;

export interface InProcessInvokerOptions {
  readonly functions: Readonly<Record<string, InProcessFunction>>;
  /** Each line that a function writes to its standard output or error. */
  readonly onLog: (functionName: string, line: string) => void;
  /** An environment without an event for so long is ended; a minute unless given. */
  readonly idleTimeoutMs?: number;
}

/** An `Invoker` whose functions run as threads of this process. */
export interface InProcessInvoker extends Invoker {
  /** The `Event` invocation type: resolves when accepted; a failure is only logged, and not tried again. */
  invokeAsync(
    functionName: string,
    payload: Uint8Array<ArrayBuffer>,
  ): Promise<void>;
  /** Lets running invocations finish, then ends their threads; what waits gets a service error. */
  stop(): Promise<void>;
}

/** Starts nothing yet: a thread comes with the first event of its function. */
export function createInProcessInvoker({
  functions,
  onLog,
  idleTimeoutMs = DEFAULT_IDLE_TIMEOUT_MS,
}: InProcessInvokerOptions): InProcessInvoker {
  prepareCollector();
  const pools = new Map(
    Object.entries(functions).map(([name, settings]) => [
      name,
      new FunctionPool(name, settings, {
        idleTimeoutMs,
        onLog: (line) => onLog(name, line),
      }),
    ]),
  );
  const accepted = new Set<Promise<void>>();

  const invoke: Invoker["invoke"] = async (functionName, payload) => {
    const pool = pools.get(functionName);
    if (pool !== undefined) return pool.invoke(payload);
    const known = [...pools.keys()].join(", ");
    return {
      kind: "service_error",
      message: `function ${functionName} is unknown; expected one of ${known}`,
    };
  };

  const runAccepted = async (
    functionName: string,
    payload: Uint8Array<ArrayBuffer>,
  ): Promise<void> => {
    const result = await invoke(functionName, payload);
    if (result.kind === "service_error")
      onLog(functionName, `Asynchronous invocation failed: ${result.message}`);
  };

  return {
    invoke,
    invokeAsync: (functionName, payload) => {
      const running = runAccepted(functionName, payload).finally(() =>
        accepted.delete(running),
      );
      accepted.add(running);
      return Promise.resolve();
    },
    stop: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.stop()));
      await Promise.all(accepted);
    },
  };
}
