import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureSecrets } from "#compose/embedded/secrets.ts";

let parent: string;
let dataDir: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "secrets-"));
  dataDir = join(parent, "data");
});
afterEach(async () => {
  await rm(parent, { recursive: true });
});

test("passwords are made once and differ from role to role and from place to place", async () => {
  const first = await ensureSecrets(dataDir);
  const again = await ensureSecrets(dataDir);
  const elsewhere = await ensureSecrets(join(parent, "elsewhere"));

  expect(again).toEqual(first);
  expect(
    new Set([...Object.values(first), ...Object.values(elsewhere)]).size,
  ).toBe(10);
});

test("nobody else may read the file or list its directory", async () => {
  await ensureSecrets(dataDir);

  const [directory, file] = await Promise.all([
    stat(dataDir),
    stat(join(dataDir, "secrets.json")),
  ]);

  // As root, the user of Postgres must pass through: search, but neither list nor write.
  expect(directory.mode & 0o777).toBe(process.getuid?.() === 0 ? 0o711 : 0o700);
  expect(file.mode & 0o777).toBe(0o600);
});

test("a damaged file is refused, neither overwritten nor quoted", async () => {
  const { owner } = await ensureSecrets(dataDir);
  const damaged = JSON.stringify({ owner });
  await writeFile(join(dataDir, "secrets.json"), damaged);

  const refusal = ensureSecrets(dataDir);

  await expect(refusal).rejects.toMatchObject({
    code: "secrets_invalid",
    domain: "user",
  });
  await expect(refusal).rejects.not.toThrow(owner);
  expect(await readFile(join(dataDir, "secrets.json"), "utf8")).toBe(damaged);
});
