import type { Invoker } from "#compose/event-source-mapping/invoker.ts";

/**
 * Lets a function's invocations through until `hold` is called; each one after that stays in flight for good, either
 * before the function ran or with its answer kept back, as `random` from [0, 1) decides.
 */
export function holdInvocations(
  heldFunction: string,
  random: () => number,
): {
  readonly wrap: (invoker: Invoker) => Invoker;
  readonly hold: () => void;
  /** Invocations that are in flight and never will be answered. */
  readonly heldCount: () => number;
  readonly answeredCount: () => number;
} {
  let isHolding = false;
  let held = 0;
  let answered = 0;
  const never = (): Promise<never> => {
    held += 1;
    return Promise.withResolvers<never>().promise;
  };
  return {
    hold: () => {
      isHolding = true;
    },
    heldCount: () => held,
    answeredCount: () => answered,
    wrap: (invoker) => ({
      invoke: async (functionName, payload) => {
        if (functionName !== heldFunction)
          return invoker.invoke(functionName, payload);
        if (isHolding && random() < 0.5) return never();
        const result = await invoker.invoke(functionName, payload);
        if (isHolding) return never();
        answered += 1;
        return result;
      },
    }),
  };
}
