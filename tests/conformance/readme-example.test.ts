import { spawn } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { createTopic, kafkaBootstrapServers } from "#tests/support/servers.ts";
import { committedOffsets, produce } from "./mapping-under-test.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const mappingFolder = "compose/event-source-mapping";
const project = mkdtempSync(join(tmpdir(), "readme-example-"));

afterEach(() => {
  rmSync(project, { recursive: true });
});

/** The code of the README under the name that its text gives it. */
function readExample(fileName: string): string {
  const readme = readFileSync(join(root, mappingFolder, "README.md"), "utf8");
  // Its name stands in the text, and the next block is its code.
  const [, text = ""] = readme.split(`(\`${fileName}\`)`);
  const [, code] = /```ts\n(.*?)```/s.exec(text) ?? [];
  if (code === undefined)
    throw new Error(`The README has no code for ${fileName}.`);
  return code;
}

test("the README's example runs in a project that has nothing else, and goes on where it stopped", async () => {
  // A project with the two folders that the example imports, the Kafka client, and the example.
  for (const folder of [mappingFolder, "compose/invokers/in-process"])
    cpSync(join(root, folder), join(project, folder), { recursive: true });
  mkdirSync(join(project, "node_modules"));
  symlinkSync(
    join(root, "node_modules/kafkajs"),
    join(project, "node_modules/kafkajs"),
  );
  writeFileSync(join(project, "package.json"), '{ "type": "module" }');
  for (const fileName of ["handler.ts", "run.ts"])
    writeFileSync(join(project, fileName), readExample(fileName));
  const topic = await createTopic();
  await produce(topic, { key: "k", value: "first" });

  const first = startExample(topic);
  await expect
    .poll(() => first.output(), { timeout: 30_000 })
    .toContain('"value":"Zmlyc3Q="');
  const firstCode = await first.interrupt();
  const committed = await committedOffsets(`example-${topic}`, topic);
  await produce(topic, { value: "second" });
  const second = startExample(topic);
  await expect
    .poll(() => second.output(), { timeout: 30_000 })
    .toContain('"value":"c2Vjb25k"');
  const secondCode = await second.interrupt();

  expect([firstCode, secondCode]).toStrictEqual([0, 0]);
  expect(committed).toStrictEqual([1]);
  expect(second.output()).not.toContain("Zmlyc3Q=");
});

/** Runs the example as its README says; what it printed is shown when it prints something else than expected. */
function startExample(topic: string) {
  const child = spawn(
    process.execPath,
    ["run.ts", kafkaBootstrapServers(), topic],
    { cwd: project, stdio: ["ignore", "pipe", "pipe"] },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  const exit = new Promise<number | null>((resolve) =>
    child.once("close", resolve),
  );
  return {
    output: () => output,
    interrupt: () => {
      child.kill("SIGINT");
      return exit;
    },
  };
}
