import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterEach, beforeEach, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "layers-"));
  copyFileSync(join(root, ".oxlintrc.json"), join(folder, ".oxlintrc.json"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Lints one file of this name and text under the project's rules; returns what the linter says. */
function lint(path: string, text: string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  const oxlint = join(root, "node_modules/.bin/oxlint");
  return spawnSync(oxlint, [path], { cwd: folder, encoding: "utf8" }).stdout;
}

const importing = (source: string) =>
  `import { thing } from "${source}";\nexport const used = thing;\n`;

test.for([
  ["compose/event-source-mapping/poller.ts", "#shared/errors.ts"],
  ["compose/event-source-mapping/poller.ts", "../scheduler/schedule.ts"],
  ["shared/domain/window.ts", "node:fs"],
  ["shared/domain/window.ts", "#shared/adapters/kafka/client.ts"],
  ["shared/domain/window.ts", "pg"],
  ["shared/lambda/decode.ts", "#shared/adapters/kafka/client.ts"],
  ["shared/ports/store.ts", "kafkajs"],
  [
    "shared/adapters/postgres/store.ts",
    "#functions/dead-letter/dead-letter.ts",
  ],
  ["functions/dead-letter/handler.ts", "#compose/runner/drain.ts"],
  ["functions/dead-letter/handler.ts", "pg"],
  ["compose/runner/drain.ts", "kafkajs"],
  ["shared/domain/window.ts", "@opentelemetry/api"],
  ["shared/domain/window.ts", "#shared/tracing/spans.ts"],
  ["shared/tracing/spans.ts", "@opentelemetry/sdk-trace"],
  ["shared/tracing/sdk/start.ts", "kafkajs"],
  ["shared/tracing/spans.ts", "#shared/lambda/log-invocation.ts"],
  ["shared/lambda/trace.ts", "@opentelemetry/core"],
  ["shared/adapters/kafka/publisher.ts", "@opentelemetry/sdk-trace"],
  ["functions/dead-letter/handler.ts", "@opentelemetry/sdk-trace"],
  ["compose/runner/drain.ts", "@opentelemetry/exporter-trace-otlp-http"],
  ["compose/embedded/stack.ts", "@opentelemetry/sdk-trace"],
  ["compose/event-source-mapping/poller.ts", "@opentelemetry/sdk-trace"],
] as const)("%s may not import %s", ([path, source]) => {
  expect(lint(path, importing(source))).toContain("no-restricted-imports");
});

test.for([
  ["compose/event-source-mapping/poller.ts", "kafkajs"],
  ["shared/domain/window.ts", "./timestamp.ts"],
  ["shared/adapters/postgres/store.ts", "pg"],
  ["functions/dead-letter/handler.ts", "#shared/config.ts"],
  ["functions/dead-letter/dead-letter.ts", "#shared/tracing/spans.ts"],
  ["shared/adapters/postgres/store.ts", "@opentelemetry/api"],
  ["shared/tracing/sdk/start.ts", "@opentelemetry/sdk-trace"],
  ["compose/embedded/stack.ts", "pg"],
] as const)("%s may import %s", ([path, source]) => {
  expect(lint(path, importing(source))).not.toContain("no-restricted-imports");
});
