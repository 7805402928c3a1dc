/**
 * Awaits statements that were sent one behind the other, in the order in which they were sent. Throws the error of the first
 * that failed: those behind it say only that the transaction is aborted, and may be heard of sooner.
 */
export async function awaitInOrder<Sent extends readonly unknown[]>(
  ...sent: Sent
): Promise<{ -readonly [Key in keyof Sent]: Awaited<Sent[Key]> }> {
  // Before any error is thrown, so that nothing is sent behind the rollback.
  for (const outcome of await Promise.allSettled(sent))
    if (outcome.status === "rejected") throw outcome.reason;
  return Promise.all(sent);
}
