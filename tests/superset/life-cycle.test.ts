import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, inject, test } from "vitest";

import { locateInstance } from "#compose/superset/instance.ts";
import { locateAdminPassword } from "#compose/superset/secrets.ts";
import { findSuperset } from "#compose/superset/server.ts";
import { withClient } from "#tests/support/with-client.ts";
import { findProcessesWith, listCommandLines } from "./support/processes.ts";
import { runSuperset } from "./support/run-superset.ts";
import { placeOfRun, signInToRun } from "./support/session.ts";

const place = placeOfRun();
const folder = join(place.dataDir, "superset");

/** Every secret that there is: Superset's own, and the passwords of the database's roles. */
async function readSecrets(): Promise<string[]> {
  const secretsFolder = join(folder, "secrets");
  const names = await readdir(secretsFolder);
  const own = await Promise.all(
    names.map((name) => readFile(join(secretsFolder, name), "utf8")),
  );
  const roles: Record<string, string> = JSON.parse(
    await readFile(join(place.dataDir, "secrets.json"), "utf8"),
  );
  return [...own, ...Object.values(roles)].map((secret) => secret.trim());
}

const listGiven = (secrets: readonly string[], text: string) =>
  secrets.filter((secret) => text.includes(secret));

test("up starts Superset, imports everything, asks every chart, and says where to sign in", () => {
  const { exitCode, stdout, stderr } = inject("up");

  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toContain(
    "Imported 26 datasets, 30 charts and 5 dashboards.\nAll 30 charts answer.\nready: http://127.0.0.1:",
  );
  expect(stdout).toContain(`password in ${folder}/secrets/admin_password`);
});

test("no secret is in what up says, in a command line, in a variable or in a log", async () => {
  const secrets = await readSecrets();
  const { stdout, stderr } = inject("up");
  const server = await findSuperset(place.dataDir);
  const variables = await readFile(`/proc/${server?.pid}/environ`, "utf8");
  const log = await readFile(join(folder, "server.log"), "utf8");

  expect(secrets).toHaveLength(9);
  expect(listGiven(secrets, `${stdout}${stderr}`)).toEqual([]);
  expect(listGiven(secrets, inject("commandLinesOfUp").join("\n"))).toEqual([]);
  expect(listGiven(secrets, (await listCommandLines()).join("\n"))).toEqual([]);
  expect(listGiven(secrets, variables)).toEqual([]);
  expect(listGiven(secrets, log)).toEqual([]);
  // It was looked at: the steps of up and the server are among them.
  expect(inject("commandLinesOfUp")).toEqual(
    expect.arrayContaining([
      expect.stringContaining("superset init"),
      expect.stringContaining("create_admin.py"),
    ]),
  );
});

test("what Superset keeps is for nobody else to read", async () => {
  const modes = new Map<string, number>();
  for (const entry of await readdir(folder, {
    recursive: true,
    withFileTypes: true,
  })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    modes.set(path.slice(folder.length + 1), (await stat(path)).mode & 0o777);
  }

  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect([...modes].filter(([, mode]) => mode !== 0o600)).toEqual([]);
  expect([...modes.keys()]).toEqual(
    expect.arrayContaining([
      "metadata.db",
      "pgpass",
      "secrets/secret_key",
      "server.log",
    ]),
  );
});

test("Superset listens on 127.0.0.1 only", async () => {
  const port = place.port.toString(16).toUpperCase().padStart(4, "0");
  const listening = (await readFile("/proc/net/tcp", "utf8"))
    .split("\n")
    .map((line) => line.trim().split(/\s+/)[1] ?? "")
    .filter((address) => address.endsWith(`:${port}`));
  const wide = await readFile("/proc/net/tcp6", "utf8").catch(() => "");

  expect(new Set(listening)).toEqual(new Set([`0100007F:${port}`]));
  expect(wide).not.toContain(`:${port} 0`.padEnd(6));
});

test("the data source is the role reader, which writes nothing", async () => {
  const session = await signInToRun();
  // SQL Lab refuses these functions, a view may use them.
  await withClient(inject("ownerUrl"), (client) =>
    client.query(`
      create or replace view session_of_superset as
      select current_user as role, current_setting('transaction_read_only') as read_only, current_setting('timezone') as zone;
      grant select on session_of_superset to reader`),
  );
  const answer = await session.request("POST", "/api/v1/sqllab/execute/", {
    database_id: 1,
    sql: "select * from session_of_superset",
    runAsync: false,
    select_as_cta: false,
    client_id: "life-cycle",
    queryLimit: 10,
  });
  expect(JSON.parse(answer.text)).toMatchObject({
    data: [{ role: "reader", read_only: "on", zone: "UTC" }],
  });

  const written = withClient(inject("readerUrl"), (client) =>
    client.query("update songs set title = 'x'"),
  );
  await expect(written).rejects.toMatchObject({ code: "42501" });
});

test("down leaves no process, and up goes on with the same users and secrets", async () => {
  const before = await readSecrets();
  const running = await findProcessesWith(folder);

  const down = await runSuperset(place, "down");
  const left = await findProcessesWith(folder);
  const again = await runSuperset(place, "down");
  const status = await runSuperset(place, "status");
  const up = await runSuperset(place, "up");

  expect(running.length).toBeGreaterThanOrEqual(2);
  expect(down).toEqual({
    exitCode: 0,
    stdout: "Stopped Superset.\n",
    stderr: "",
  });
  expect(left).toEqual([]);
  expect(again.stdout).toBe("Nothing was running.\n");
  expect(status).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("npm run superset -- up"),
  });
  expect(up).toMatchObject({ exitCode: 0, stderr: "" });
  expect(up.stdout).not.toMatch(/installing|preparing|giving/);
  await expect(readSecrets()).resolves.toEqual(before);
});

test("a Superset that takes another password says how it gets the right one", async () => {
  const path = locateAdminPassword(locateInstance(place.dataDir));
  const password = await readFile(path, "utf8");
  await writeFile(path, `${"x".repeat(24)}\n`);
  const { exitCode, stderr } = await runSuperset(place, "import");
  const up = await runSuperset(place, "up");
  await writeFile(path, password);
  const back = await runSuperset(place, "up");

  expect(exitCode).toBe(1);
  expect(stderr).toContain("refuses admin's password");
  expect(stderr).toContain("npm run superset -- up");
  expect(up).toMatchObject({ exitCode: 0, stderr: "" });
  expect(back).toMatchObject({ exitCode: 0, stderr: "" });
});

test("up finds what runs already", async () => {
  const before = await findSuperset(place.dataDir);

  const { stdout, exitCode } = await runSuperset(place, "up");

  expect(exitCode).toBe(0);
  expect(stdout).toContain("Superset: already running on 127.0.0.1:");
  await expect(findSuperset(place.dataDir)).resolves.toEqual(before);
});
