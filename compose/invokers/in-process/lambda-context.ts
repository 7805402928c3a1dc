import type { WorkerSettings } from "./worker-messages.ts";

/** What a handler gets beside its event; the part of AWS's context that is not deprecated. */
export interface InvocationContext {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly awsRequestId: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  callbackWaitsForEmptyEventLoop: boolean;
  /** Milliseconds until the invocation is ended from outside. */
  getRemainingTimeInMillis(): number;
}

export function createContext(
  { functionName, memorySizeMb }: WorkerSettings,
  requestId: string,
  timeoutMs: number,
): InvocationContext {
  const endsAtMs = performance.now() + timeoutMs;
  return {
    functionName,
    functionVersion: "$LATEST",
    // The region and account that LocalStack uses.
    invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`,
    memoryLimitInMB: String(memorySizeMb),
    awsRequestId: requestId,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: "in-process",
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () =>
      Math.max(0, Math.floor(endsAtMs - performance.now())),
  };
}
