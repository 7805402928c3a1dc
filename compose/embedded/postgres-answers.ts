import { Client, DatabaseError } from "pg";
import { PipelineError } from "#shared/errors.ts";

const CONNECT_TIMEOUT_MS = 8_000;
const INVALID_PASSWORD = "28P01";

/** Tells whether Postgres answers; throws `postgres_password_rejected` (user) when it does not take the password. */
export async function postgresAnswers(url: string): Promise<boolean> {
  try {
    await selectOne(url);
    return true;
  } catch (cause) {
    if (cause instanceof DatabaseError && cause.code === INVALID_PASSWORD) {
      throw new PipelineError(
        "The embedded Postgres does not take the password of secrets.json in the data directory, so that file " +
          "belongs to another data directory. Restore it, or begin anew with npm run reset (this deletes the data).",
        { code: "postgres_password_rejected", domain: "user", cause },
      );
    }
    // It is starting, or recovering from a crash; its log tells when it never answers.
    return false;
  }
}

/** Throws `postgres_unreachable` (external) unless the Postgres of the URL lets us in within about 10 s. */
export async function assertPostgresReachable(
  url: string,
  setting: string,
): Promise<void> {
  const address = maskUrl(url, setting);
  try {
    await selectOne(url);
  } catch (cause) {
    throw new PipelineError(
      `Postgres at ${address} does not let us in: ${describeFailure(cause)}. Start it or correct ${setting}, ` +
        "or unset DATABASE_URL to use the embedded Postgres.",
      { code: "postgres_unreachable", domain: "external", retry: true, cause },
    );
  }
}

async function selectOne(url: string): Promise<void> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: CONNECT_TIMEOUT_MS,
  });
  // Without a listener, a connection that breaks between two calls would end the process; the call reports it.
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("select 1");
  } finally {
    await client.end();
  }
}

function maskUrl(url: string, setting: string): string {
  if (!URL.canParse(url)) {
    throw new PipelineError(
      `${setting} is not a URL; expected postgres://user:password@host:5432/database, with special characters of ` +
        "the password percent-encoded.",
      { code: "postgres_unreachable", domain: "user" },
    );
  }
  const { username, hostname, port, pathname } = new URL(url);
  return `${username}@${hostname}:${port === "" ? "5432" : port}${pathname}`;
}

function describeFailure(cause: unknown): string {
  // Several addresses of one name are tried, and the error that sums them up has no message of its own.
  if (cause instanceof AggregateError) {
    return cause.errors.map(describeFailure).join(", ");
  }
  return cause instanceof Error ? cause.message : String(cause);
}
