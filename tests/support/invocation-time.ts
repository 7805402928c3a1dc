import type { InvocationTime } from "#shared/lambda/keep-reserve.ts";

/** An invocation whose time does not pass. */
export const PLENTY_OF_TIME: InvocationTime = {
  getRemainingTimeInMillis: () => 60_000,
};

/** An invocation that has these milliseconds left, one after the other, each time it is asked; the last ones for ever. */
export function timePassing(...remainingMs: readonly number[]): InvocationTime {
  const left = [...remainingMs];
  let current = 0;
  return {
    getRemainingTimeInMillis: () => {
      current = left.shift() ?? current;
      return current;
    },
  };
}
