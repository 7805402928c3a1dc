import { startStack } from "#compose/embedded/stack.ts";

/** A runner for the tests: starts the stack of its arguments, says so, and then waits to be killed. */
const [dataDir = "", jarsDir = "", kafkaPort, postgresPort] =
  process.argv.slice(2);

await startStack({
  dataDir,
  jarsDir,
  kafkaPort: Number(kafkaPort),
  postgresPort: Number(postgresPort),
  onProgress: () => undefined,
});
console.log("started");
setInterval(() => undefined, 60_000);
