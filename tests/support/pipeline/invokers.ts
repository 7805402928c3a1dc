import type {
  InvocationResult,
  Invoker,
} from "#compose/event-source-mapping/invoker.ts";

/** Counts the invocations of one function. */
export function countInvocations(countedFunction: string): {
  readonly wrap: (invoker: Invoker) => Invoker;
  readonly count: () => number;
} {
  let count = 0;
  return {
    count: () => count,
    wrap: (invoker) => ({
      invoke: (functionName, payload) => {
        if (functionName === countedFunction) count += 1;
        return invoker.invoke(functionName, payload);
      },
    }),
  };
}

/** Delivers every event of one function twice at the same time. */
export function deliverTwice(
  repeatedFunction: string,
): (invoker: Invoker) => Invoker {
  return (invoker) => ({
    invoke: async (functionName, payload): Promise<InvocationResult> => {
      if (functionName !== repeatedFunction)
        return invoker.invoke(functionName, payload);
      // The first one may take its payload over, so the second gets one of its own.
      const copy = payload.slice();
      const results = await Promise.all([
        invoker.invoke(functionName, payload),
        invoker.invoke(functionName, copy),
      ]);
      return results.find(({ kind }) => kind !== "success") ?? results[0];
    },
  });
}
