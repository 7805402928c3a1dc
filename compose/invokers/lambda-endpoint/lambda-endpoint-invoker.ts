import {
  InvokeCommand,
  LambdaClient,
  type InvokeCommandOutput,
} from "@aws-sdk/client-lambda";

import type {
  InvocationResult,
  Invoker,
} from "#compose/event-source-mapping/invoker.ts";
import { readFailure } from "./read-failure.ts";

// A cold start counts beside the function's own time-out, and the answer has to come back.
const REQUEST_MARGIN_MS = 15_000;
const CONNECT_TIMEOUT_MS = 5_000;
const DEFAULT_MAXIMUM_CONNECTIONS = 50;

/** Where the functions are, and how to get there. */
export interface LambdaEndpointOptions {
  /** `http://127.0.0.1:4566`; AWS's own of the region unless given. */
  readonly endpoint?: string;
  readonly region: string;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  /** The function's own time-out by its name, as it is declared. A request waits a little longer, so that the function's answer to it arrives. */
  readonly timeoutMsOf: (functionName: string) => number;
  /** How much longer; 15 s unless given. */
  readonly requestMarginMs?: number;
  /** Invocations that may be under way at once, all functions together; 50 unless given. */
  readonly maximumConnections?: number;
}

/** An `Invoker` whose functions are behind Lambda's `Invoke` API: LocalStack, serverless-offline, AWS. */
export interface LambdaEndpointInvoker extends Invoker {
  /** Waits for what is under way, then closes the connections; what comes later gets a service error. */
  stop(): Promise<void>;
}

/** Connects to nothing yet; the connections of the first invocations are kept for later ones. */
export function createLambdaEndpointInvoker({
  endpoint,
  region,
  credentials,
  timeoutMsOf,
  requestMarginMs = REQUEST_MARGIN_MS,
  maximumConnections = DEFAULT_MAXIMUM_CONNECTIONS,
}: LambdaEndpointOptions): LambdaEndpointInvoker {
  const client = new LambdaClient({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    // The mapping counts attempts and backs off by itself; a retry here would be an attempt that nobody counts.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      httpAgent: { keepAlive: true, maxSockets: maximumConnections },
      httpsAgent: { keepAlive: true, maxSockets: maximumConnections },
    },
  });
  const running = new Set<Promise<InvocationResult>>();
  let isStopped = false;

  const run = async (
    functionName: string,
    payload: Uint8Array<ArrayBuffer>,
  ): Promise<InvocationResult> => {
    const limitMs = timeoutMsOf(functionName) + requestMarginMs;
    const signal = AbortSignal.timeout(limitMs);
    const command = new InvokeCommand({
      FunctionName: functionName,
      InvocationType: "RequestResponse",
      Payload: payload,
    });
    let answer: InvokeCommandOutput;
    try {
      answer = await client.send(command, { abortSignal: signal });
    } catch (error) {
      return signal.aborted
        ? {
            kind: "service_error",
            message: `${functionName} gave no answer within ${limitMs / 1000} s, which is longer than its own time-out; see the log of what runs it`,
          }
        : readFailure(functionName, error);
    }
    return toResult(answer);
  };

  return {
    invoke: async (functionName, payload) => {
      if (isStopped)
        return {
          kind: "service_error",
          message: `the invoker of ${functionName} is stopped`,
        };
      const invocation = run(functionName, payload);
      running.add(invocation);
      try {
        return await invocation;
      } finally {
        running.delete(invocation);
      }
    },
    stop: async () => {
      isStopped = true;
      await Promise.all(running);
      client.destroy();
    },
  };
}

function toResult({
  $metadata,
  FunctionError: functionError,
  Payload: bytes,
}: InvokeCommandOutput): InvocationResult {
  const requestId = $metadata.requestId ?? "";
  // The client gives null for an empty body, whatever its types say.
  const payload = (bytes?.length ?? 0) === 0 ? null : (bytes ?? null);
  if (functionError === undefined)
    return { kind: "success", requestId, payload };
  return {
    kind: "function_error",
    requestId,
    // AWS knows no third; a name that is not known is at least not the handler's own answer.
    functionError: functionError === "Handled" ? "Handled" : "Unhandled",
    payload,
  };
}
