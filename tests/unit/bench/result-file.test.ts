import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Command } from "commander";
import { expect, onTestFinished, test } from "vitest";

import { jsonOption, writeResult } from "#tests/bench/result-file.ts";

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "result-file-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

function parse(file: string): string {
  const command = new Command()
    .addOption(jsonOption())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  return command
    .parse(["--json", file], { from: "user" })
    .opts<{ json: string }>().json;
}

test("a result is written, over an older one too", async () => {
  const file = join(await makeFolder(), "result.json");
  await writeResult(parse(file), { seconds: 1 });
  await writeResult(parse(file), { seconds: 2 });

  expect(JSON.parse(await readFile(file, "utf8"))).toEqual({ seconds: 2 });
});

test("without a file nothing is written", async () => {
  await expect(writeResult(undefined, {})).resolves.toBeUndefined();
});

test("a folder that is not there, and a directory, are refused before anything is measured", async () => {
  const folder = await makeFolder();

  expect(() => parse(join(folder, "absent", "result.json"))).toThrow(
    "Expected a file that can be written, in a directory that is there: ENOENT",
  );
  expect(() => parse(folder)).toThrow("it is a directory");
});
