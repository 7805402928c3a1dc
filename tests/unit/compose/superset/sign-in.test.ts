import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

import { expect, onTestFinished, test } from "vitest";

import { readProcessIdentity } from "#compose/embedded/process-identity.ts";
import { ensureInstance, locateInstance } from "#compose/superset/instance.ts";
import { signIn } from "#compose/superset/run-superset.ts";
import { ensureSecrets, readAdminPassword } from "#compose/superset/secrets.ts";
import { makeTemporaryFolder } from "../localstack/temporary-folder.ts";

interface Received {
  readonly line: string;
  readonly token: string | undefined;
  readonly body: string;
}

/** What answers as Superset does at a port; each sign-in gives the next token, and those of `expired` are refused. */
async function givenServer(expired: readonly string[] = []) {
  const received: Received[] = [];
  let signIns = 0;
  const answer = ({ line, token = "" }: Received): [number, object] => {
    if (line === "POST /api/v1/security/login") {
      signIns += 1;
      return [200, { access_token: `token-${signIns}` }];
    }
    if (line.endsWith("/csrf_token/")) return [200, { result: "csrf" }];
    if (expired.includes(token)) return [401, { msg: "Token has expired" }];
    return [200, { token }];
  };
  const server = createServer((request, response) => {
    void (async () => {
      const one = {
        line: `${request.method} ${request.url}`,
        token: request.headers.authorization?.replace("Bearer ", ""),
        body: await text(request),
      };
      received.push(one);
      const [status, body] = answer(one);
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server on a port has an address of this form
  const { port } = server.address() as AddressInfo;
  return { port, received };
}

/** A data directory where a Superset was started, which runs (as this process) at a port, if at any. */
async function makeDataDir(runningAt?: number): Promise<string> {
  const dataDir = await makeTemporaryFolder();
  await ensureSecrets(await ensureInstance(dataDir));
  if (runningAt !== undefined)
    await writeFile(
      locateInstance(dataDir).pidFile,
      JSON.stringify({
        pid: process.pid,
        identity: await readProcessIdentity(process.pid),
        port: runningAt,
        fingerprint: "",
      }),
    );
  return dataDir;
}

test("the Superset that runs on the data directory is given admin's password", async () => {
  const { port, received } = await givenServer();
  const dataDir = await makeDataDir(port);

  await signIn({ dataDir, port });

  const password = await readAdminPassword(locateInstance(dataDir));
  expect(received.map(({ line }) => line)).toEqual([
    "GET /health",
    "POST /api/v1/security/login",
    "GET /api/v1/security/csrf_token/",
  ]);
  expect(received[1]?.body).toContain(password);
});

test("what else answers at the port is not, when the Superset of the data directory is at another one", async () => {
  const { port, received } = await givenServer();
  const dataDir = await makeDataDir(port + 1);

  const signedIn = signIn({ dataDir, port });

  await expect(signedIn).rejects.toMatchObject({
    code: "not_running",
    domain: "user",
    message: expect.stringContaining(`Set SUPERSET_PORT to ${port + 1}`),
  });
  expect(received).toEqual([]);
});

test("what answers at the port is not, when no Superset runs on the data directory", async () => {
  const { port, received } = await givenServer();
  const dataDir = await makeDataDir();

  await expect(signIn({ dataDir, port })).rejects.toMatchObject({
    code: "not_running",
    message: expect.stringContaining("--database-address"),
  });
  expect(received).toEqual([]);
});

test("one that reaches the database by another way may be another one", async () => {
  const { port, received } = await givenServer();
  const dataDir = await makeDataDir();

  await signIn({ dataDir, port, databaseAddress: "postgres:5432" });

  expect(received.map(({ line }) => line)).toContain(
    "POST /api/v1/security/login",
  );
});

test("a request whose token has expired is made again with a new one", async () => {
  const { port, received } = await givenServer(["token-1"]);
  const session = await signIn({ dataDir: await makeDataDir(port), port });

  const answer = await session.request("POST", "/api/v1/chart/data", { a: 1 });

  expect(answer).toMatchObject({ status: 200, text: '{"token":"token-2"}' });
  expect(received.at(-1)).toEqual({
    line: "POST /api/v1/chart/data",
    token: "token-2",
    body: '{"a":1}',
  });
});

test("a request that is refused with a new token, too, is not made for ever", async () => {
  const { port, received } = await givenServer(["token-1", "token-2"]);
  const session = await signIn({ dataDir: await makeDataDir(port), port });

  const answer = await session.request("GET", "/api/v1/chart/");

  expect(answer.status).toBe(401);
  expect(
    received.filter(({ line }) => line === "GET /api/v1/chart/"),
  ).toHaveLength(2);
});
