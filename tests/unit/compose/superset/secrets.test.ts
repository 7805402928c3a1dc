import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { ensureInstance } from "#compose/superset/instance.ts";
import {
  ensureSecrets,
  locateAdminPassword,
  readAdminPassword,
} from "#compose/superset/secrets.ts";
import { makeTemporaryFolder } from "../localstack/temporary-folder.ts";

async function makeInstance() {
  return ensureInstance(await makeTemporaryFolder());
}

async function readSecrets(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).sort();
  return Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
}

test("four secrets are made, none like another, for nobody else to read", async () => {
  const instance = await makeInstance();

  await ensureSecrets(instance);

  const names = await readdir(instance.secretsFolder);
  expect(names.sort()).toEqual([
    "admin_password",
    "async_queries_secret",
    "guest_token_secret",
    "secret_key",
  ]);
  for (const name of names) {
    const { mode } = await stat(join(instance.secretsFolder, name));
    expect(mode & 0o777).toBe(0o600);
  }
  expect((await stat(instance.secretsFolder)).mode & 0o777).toBe(0o700);
  expect(new Set(await readSecrets(instance.secretsFolder)).size).toBe(4);
});

test("Superset's key has at least 42 random bytes", async () => {
  const instance = await makeInstance();
  await ensureSecrets(instance);

  const key = await readFile(
    join(instance.secretsFolder, "secret_key"),
    "utf8",
  );

  expect(Buffer.from(key.trim(), "base64url").length).toBeGreaterThanOrEqual(
    42,
  );
});

test("secrets stay as they are once they are made, and no two installations share one", async () => {
  const [first, second] = [await makeInstance(), await makeInstance()];
  await ensureSecrets(first);
  await ensureSecrets(second);
  const before = await readSecrets(first.secretsFolder);

  await ensureSecrets(first);

  await expect(readSecrets(first.secretsFolder)).resolves.toEqual(before);
  const others = await readSecrets(second.secretsFolder);
  expect(before.filter((secret) => others.includes(secret))).toEqual([]);
});

test("a secret that was cut short is refused with its path, and is not shown", async () => {
  const instance = await makeInstance();
  await ensureSecrets(instance);
  const path = locateAdminPassword(instance);
  await writeFile(path, "hunter2\n");

  const refused = ensureSecrets(instance);

  await expect(refused).rejects.toMatchObject({
    code: "secrets_invalid",
    domain: "user",
    message: expect.stringContaining(path),
  });
  await expect(refused).rejects.not.toThrow("hunter2");
});

test("admin's password is asked for only where a Superset was started", async () => {
  const instance = await makeInstance();
  const password = readAdminPassword(instance);
  await expect(password).rejects.toMatchObject({ code: "not_running" });

  await ensureSecrets(instance);

  await expect(readAdminPassword(instance)).resolves.toMatch(/^[\w-]{24}$/);
});
