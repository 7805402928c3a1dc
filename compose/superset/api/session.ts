import { z } from "zod";

import { PipelineError } from "#shared/errors.ts";

const REQUEST_TIMEOUT_MS = 120_000;

const tokenSchema = z.object({ access_token: z.string() });
const csrfSchema = z.object({ result: z.string() });

/** What Superset answered, whether it did what it was asked or not. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A session of the user admin. */
export interface SupersetSession {
  readonly url: string;
  /** A body that is no form is sent as JSON. Throws `superset_unreachable` (external) when no answer comes. */
  request(
    method: "GET" | "POST" | "DELETE",
    path: string,
    body?: FormData | object,
  ): Promise<Answer>;
}

/** Who signs in where. */
export interface Credentials {
  /** `http://127.0.0.1:8088` */
  readonly url: string;
  readonly password: string;
}

/**
 * Signs in as admin, and again when that has expired. Throws `superset_login_refused` (user), `superset_unreachable`
 * (external) and `superset_answer_unknown` (internal).
 */
export async function openSession(
  credentials: Credentials,
): Promise<SupersetSession> {
  const { url } = credentials;
  let headers = await signIn(credentials);
  return {
    url,
    request: async (method, path, body) => {
      const answer = await send(url, method, path, { headers, body });
      // A token is good for 15 minutes, which slow charts may take.
      if (answer.status !== 401) return answer;
      headers = await signIn(credentials);
      return send(url, method, path, { headers, body });
    },
  };
}

/** Returns the headers by which Superset knows admin. */
async function signIn({
  url,
  password,
}: Credentials): Promise<Readonly<Record<string, string>>> {
  const login = await send(url, "POST", "/api/v1/security/login", {
    body: { username: "admin", password, provider: "db", refresh: false },
  });
  if (login.status === 401)
    throw new PipelineError(
      `Superset at ${url} refuses admin's password. npm run superset -- up gives it the one of .data/superset/secrets/admin_password again; a Superset of another data directory has another one.`,
      { code: "superset_login_refused", domain: "user" },
    );
  const { access_token: token } = readAnswer(login, "the login", tokenSchema);
  const authorization = { authorization: `Bearer ${token}` };
  const csrf = await send(url, "GET", "/api/v1/security/csrf_token/", {
    headers: authorization,
  });
  // The token belongs to the session that this very answer begins.
  return {
    ...authorization,
    cookie: csrf.cookie,
    referer: url,
    "x-csrftoken": readAnswer(csrf, "the CSRF token", csrfSchema).result,
  };
}

/** Reads the JSON of an answer; throws `superset_answer_unknown` (internal) when it is not of this form. */
export function readAnswer<Schema extends z.ZodType>(
  { status, text }: Answer,
  what: string,
  schema: Schema,
): z.output<Schema> {
  const result = schema.safeParse(status === 200 ? parseJson(text) : undefined);
  if (result.success) return result.data;
  throw new PipelineError(
    `Superset's answer for ${what} is not what version 6.1.0 gives (status ${status}): ${shorten(text)}`,
    { code: "superset_answer_unknown", domain: "internal" },
  );
}

/** What an answer says, on one line. */
export function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > 500 ? `${line.slice(0, 500)}…` : line;
}

/** Returns the value of a JSON text; undefined when it is none, as with an error's HTML page. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function send(
  url: string,
  method: string,
  path: string,
  {
    headers = {},
    body,
  }: {
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: FormData | object | undefined;
  },
): Promise<Answer & { readonly cookie: string }> {
  const isForm = body instanceof FormData;
  try {
    const response = await fetch(`${url}${path}`, {
      method,
      headers:
        body === undefined || isForm
          ? { ...headers }
          : { ...headers, "content-type": "application/json" },
      body:
        body === undefined || isForm ? (body ?? null) : JSON.stringify(body),
      redirect: "manual",
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    const cookie = response.headers
      .getSetCookie()
      .map((line) => line.split(";")[0] ?? "")
      .join("; ");
    return { status: response.status, text: await response.text(), cookie };
  } catch (cause) {
    throw new PipelineError(
      `Superset at ${url} gives no answer to ${method} ${path}. npm run superset -- status shows whether it runs; its log is .data/superset/server.log.`,
      { code: "superset_unreachable", domain: "external", retry: true, cause },
    );
  }
}
