import type { BridgeSettings } from "./settings.ts";

/** What an execution environment tells LocalStack. */
export interface LocalStackCallbacks {
  ready(): Promise<void>;
  /** The runtime or the handler's module could not be loaded; `error` is JSON. */
  startFailed(error: string): Promise<void>;
  ended(
    invocation: string,
    result: {
      readonly isError: boolean;
      readonly body: Uint8Array<ArrayBuffer>;
      readonly logs: string;
    },
  ): Promise<void>;
}

/** Returns the callbacks of LocalStack 4's executor endpoint (services/lambda_/invocation/executor_endpoint.py). */
export function createLocalStackCallbacks({
  endpoint,
  environmentId,
}: BridgeSettings): LocalStackCallbacks {
  const post = async (
    path: string,
    body: string | Uint8Array<ArrayBuffer>,
  ): Promise<void> => {
    const response = await fetch(`${endpoint}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    await response.arrayBuffer();
  };
  return {
    ready: () => post(`/status/${environmentId}/ready`, ""),
    startFailed: (error) => post(`/status/${environmentId}/error`, error),
    ended: async (invocation, { isError, body, logs }) => {
      // First, since the invocation is over with the result.
      await post(`/invocations/${invocation}/logs`, JSON.stringify({ logs }));
      const outcome = isError ? "error" : "response";
      await post(`/invocations/${invocation}/${outcome}`, body);
    },
  };
}
