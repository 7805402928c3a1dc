import { type Client, DatabaseError } from "pg";

const INSUFFICIENT_PRIVILEGE = "42501";

/** Runs statements, each rolled back, and returns those that are not refused for want of rights, with what came of them. */
export async function findNotRefused(
  client: Client,
  texts: readonly string[],
): Promise<string[]> {
  const notRefused: string[] = [];
  for (const text of texts) {
    const outcome = await attempt(client, text);
    if (outcome !== INSUFFICIENT_PRIVILEGE)
      notRefused.push(`${text}: ${outcome}`);
  }
  return notRefused;
}

async function attempt(client: Client, text: string): Promise<string> {
  await client.query("begin");
  try {
    await client.query(text);
    return "done";
  } catch (error) {
    if (error instanceof DatabaseError) return error.code ?? error.message;
    throw error;
  } finally {
    await client.query("rollback");
  }
}
