import { execFileSync } from "node:child_process";
import { globSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

import { expect, test } from "vitest";

const adapters = fileURLToPath(
  new URL("../../../../../shared/adapters/", import.meta.url),
);
const modules = globSync("**/*.ts", { cwd: adapters });

// The clients are CommonJS: the test runner finds names in them that Node alone does not.
test("every adapter can be loaded by Node alone", () => {
  const urls = modules.map((file) => pathToFileURL(`${adapters}${file}`).href);
  const program = `for (const url of ${JSON.stringify(urls)}) await import(url); console.log("loaded");`;

  const output = execFileSync(
    process.execPath,
    ["--input-type=module", "--eval", program],
    { encoding: "utf8" },
  );

  expect(modules.length).toBeGreaterThan(10);
  expect(output).toBe("loaded\n");
});
