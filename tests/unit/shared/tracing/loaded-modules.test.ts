import { execFileSync } from "node:child_process";
import { globSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

const root = new URL("../../../../", import.meta.url);
const handlers = globSync("functions/*/handler.ts", {
  cwd: fileURLToPath(root),
});
const SDK = "@opentelemetry/sdk-trace";

/**
 * Loads every handler in a process of its own, and waits for a package where one is awaited; returns the packages of
 * OpenTelemetry that were loaded.
 */
function listLoadedPackages(
  environment: Record<string, string>,
  awaited?: string,
): string[] {
  const urls = handlers.map((path) => new URL(path, root).href);
  const program = `
    import { registerHooks } from "node:module";
    import { setImmediate } from "node:timers/promises";
    const packages = new Set();
    registerHooks({
      load(url, context, nextLoad) {
        const [name] = /@opentelemetry\\/[^/]+/.exec(url) ?? [];
        if (name !== undefined) packages.add(name);
        return nextLoad(url, context);
      },
    });
    for (const url of ${JSON.stringify(urls)}) await import(url);
    while (!packages.has(${JSON.stringify(awaited ?? "@opentelemetry/api")})) await setImmediate();
    console.log(JSON.stringify([...packages]));
    process.exit();`;
  return JSON.parse(
    execFileSync(process.execPath, ["--input-type=module", "--eval", program], {
      encoding: "utf8",
      env: {
        KAFKA_BOOTSTRAP_SERVERS: "127.0.0.1:1",
        DATABASE_URL: "postgresql://nobody@127.0.0.1:1/none",
        CLOSER_DATABASE_URL: "postgresql://nobody@127.0.0.1:1/none",
        READER_DATABASE_URL: "postgresql://nobody@127.0.0.1:1/none",
        ...environment,
      },
    }),
  );
}

test("where traces are off no handler loads the SDK", () => {
  expect(handlers.length).toBeGreaterThan(5);
  expect(listLoadedPackages({})).toEqual(["@opentelemetry/api"]);
});

test("where they are on handlers do", () => {
  expect(
    listLoadedPackages(
      { STREAMING_TRACES_ENDPOINT: "http://127.0.0.1:1" },
      SDK,
    ),
  ).toContain(SDK);
});
