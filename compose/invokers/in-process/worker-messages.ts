/** What a worker is started with. */
export interface WorkerSettings {
  readonly functionName: string;
  readonly handlerFile: string;
  readonly handlerExport: string;
  readonly memorySizeMb: number;
}

/** From the invoker to a worker; `event` is JSON in UTF-8. */
export interface InvokeMessage {
  readonly kind: "invoke";
  readonly requestId: string;
  /** Until the invocation is ended from outside. */
  readonly timeoutMs: number;
  readonly event: ArrayBuffer;
}

export interface EndMessage {
  readonly kind: "end";
}

/** AWS's shape of a function's error. */
export interface FunctionErrorPayload {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}

/** From a worker to the invoker; `response` is JSON in UTF-8. */
export type WorkerMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "load_failed"; readonly error: FunctionErrorPayload }
  | { readonly kind: "succeeded"; readonly response: ArrayBuffer }
  | { readonly kind: "failed"; readonly error: FunctionErrorPayload };

/** Turns whatever was thrown into AWS's shape. */
export function toErrorPayload(thrown: unknown): FunctionErrorPayload {
  if (thrown instanceof Error) {
    return {
      errorType: thrown.name,
      errorMessage: thrown.message,
      trace: thrown.stack?.split("\n") ?? [],
    };
  }
  return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
}
