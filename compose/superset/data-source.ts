import { rename, writeFile } from "node:fs/promises";

/** How Superset reaches the database: an address without a password, and the password apart from it. */
export interface DataSource {
  readonly sqlalchemyUri: string;
  /** A line of libpq's password file; undefined where the address has no password. */
  readonly pgpassLine: string | undefined;
}

/** Takes the address of the role reader apart; `address` (`host:port`) is put in the place of its own. */
export function describeDataSource(
  readerUrl: string,
  address?: string,
): DataSource {
  const url = new URL(readerUrl);
  if (address !== undefined) url.host = address;
  const { hostname, username, pathname, search } = url;
  const port = url.port === "" ? "5432" : url.port;
  const password = decodeURIComponent(url.password);
  const fields = [
    decodeURIComponent(pathname.slice(1)),
    decodeURIComponent(username),
    password,
  ];
  return {
    sqlalchemyUri: `postgresql+psycopg2://${username}@${hostname}:${port}${pathname}${search}`,
    // At any address: the image takes a copy when it starts, before it is known where it reaches Postgres.
    pgpassLine:
      password === ""
        ? undefined
        : ["*", "*", ...fields.map(escapeField)].join(":"),
  };
}

/** Writes libpq's password file, which libpq reads only when nobody else can. */
export async function writePgpass(
  path: string,
  { pgpassLine }: DataSource,
): Promise<void> {
  const content = pgpassLine === undefined ? "" : `${pgpassLine}\n`;
  await writeFile(`${path}.part`, content, { mode: 0o600 });
  await rename(`${path}.part`, path);
}

function escapeField(field: string): string {
  return field.replaceAll(/[\\:]/g, String.raw`\$&`);
}
