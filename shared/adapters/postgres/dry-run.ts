import type { Session, Transaction } from "./session.ts";

/** Runs `work` in a transaction; a dry run takes back what it wrote, and returns what it found all the same. */
export async function transact<Result>(
  session: Session,
  { isDryRun }: { readonly isDryRun: boolean },
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  if (!isDryRun) return session.transaction(work);
  const takenBack = new Error("a dry run is taken back");
  const done: Result[] = [];
  try {
    await session.transaction(async (transaction) => {
      done.push(await work(transaction));
      throw takenBack;
    });
  } catch (error) {
    const [result] = done;
    if (error === takenBack && result !== undefined) return result;
    throw error;
  }
  throw takenBack;
}
