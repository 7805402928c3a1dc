import { stopRunner } from "#compose/runner/stop-runner.ts";
import { createCommand, type CommonOptions } from "./create-command.ts";
import { runCommand } from "./run-command.ts";

const command = createCommand(
  "down",
  "Stops what npm start or npm run up has started, in order",
).action(async ({ dataDir }: CommonOptions) => {
  const { runner, localStack, kafka, postgres } = await stopRunner(dataDir);
  const parts = [
    ...(runner ? ["the runner with its servers"] : []),
    ...(localStack ? ["LocalStack"] : []),
    ...(kafka ? ["Kafka"] : []),
    ...(postgres ? ["Postgres"] : []),
  ];
  process.stdout.write(
    parts.length === 0
      ? "Nothing was running.\n"
      : `Stopped ${parts.join(" and ")}.\n`,
  );
});
await runCommand(command);
