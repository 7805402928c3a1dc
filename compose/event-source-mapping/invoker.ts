/**
 * The outcome of one `RequestResponse` invocation: `function_error` is the function's own failure (an exception, a
 * time-out, a crash); `throttled` and `service_error` mean that the function did not run to an end of its own.
 */
export type InvocationResult =
  | {
      readonly kind: "success";
      readonly requestId: string;
      readonly payload: Uint8Array | null;
    }
  | {
      readonly kind: "function_error";
      readonly requestId: string;
      readonly functionError: "Handled" | "Unhandled";
      /** JSON: `{ errorType, errorMessage, trace }`. */
      readonly payload: Uint8Array | null;
    }
  | { readonly kind: "throttled" }
  | { readonly kind: "service_error"; readonly message: string };

/** Runs a function with a serialised event, which it may take over (transfer to a thread): the caller does not touch it again. */
export interface Invoker {
  invoke(
    functionName: string,
    payload: Uint8Array<ArrayBuffer>,
  ): Promise<InvocationResult>;
}
