import type { PostgresAccess, Secrets } from "./secrets.ts";

/** The database of the pipeline; its name is a habit of its users. */
export const DATABASE = "music_streaming";

const SUPERUSER_NAME = "postgres";

/** Returns the URL by which a role of the embedded Postgres reaches a database. */
export function formatDatabaseUrl(
  { port, secrets }: PostgresAccess,
  role: keyof Secrets,
  database: string = DATABASE,
): string {
  const user = role === "superuser" ? SUPERUSER_NAME : role;
  return `postgres://${user}:${secrets[role]}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}
