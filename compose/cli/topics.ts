import { createTopics } from "#shared/adapters/kafka/topics.ts";
import { readConfig } from "#shared/config.ts";
import { TOPICS } from "#shared/domain/topics.ts";
import { createCommand, type CommonOptions } from "./create-command.ts";
import { readEnvironment } from "./environment.ts";
import { findBrokers, type ListenerChoice } from "./find-connections.ts";
import { addListenerOptions } from "./listener-options.ts";
import { runCommand } from "./run-command.ts";
import { writeLine } from "./write-line.ts";

const command = addListenerOptions(
  createCommand(
    "topics",
    "Creates the eight topics and sets their policies; running it again changes nothing",
  ),
).action(async ({ dataDir, ...listener }: CommonOptions & ListenerChoice) => {
  const brokers = await findBrokers(
    dataDir,
    readConfig([], readEnvironment()),
    listener,
  );
  const results = await createTopics(
    { bootstrapServers: brokers.split(",") },
    TOPICS,
  );
  for (const { topic, partitions, action } of results)
    writeLine(`${topic}: ${partitions} partitions, ${action}`);
});
await runCommand(command);
