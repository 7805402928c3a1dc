/** What a mapping declares about retries, and the two numbers that AWS adds. */
export interface RetryPolicy {
  /** -1 = no limit. */
  readonly maximumRetryAttempts: number;
  readonly hasDestination: boolean;
  readonly maximumRetriesWithDestination: number;
}

/** Whether a batch that failed `failedAttempts` times may be tried again; the first attempt is no retry (16). */
export function mayRetry(policy: RetryPolicy, failedAttempts: number): boolean {
  const {
    maximumRetryAttempts,
    hasDestination,
    maximumRetriesWithDestination,
  } = policy;
  if (maximumRetryAttempts === -1)
    return !hasDestination || failedAttempts <= maximumRetriesWithDestination;
  return failedAttempts <= maximumRetryAttempts;
}

/** How long to wait after `failures` (1 or more) in a row: doubling from the first to the maximum (17). */
export function backoffMs(
  failures: number,
  {
    firstBackoffMs,
    maximumBackoffMs,
  }: { readonly firstBackoffMs: number; readonly maximumBackoffMs: number },
): number {
  return Math.min(firstBackoffMs * 2 ** (failures - 1), maximumBackoffMs);
}
