import { Option } from "commander";

import { readReplayHorizon } from "#compose/replay/read-replay-horizon.ts";
import { renderMoves } from "#compose/replay/render-moves.ts";
import { replay, type ReplayStart } from "#compose/replay/replay.ts";
import {
  brokerSource,
  databaseSource,
} from "#compose/replay/server-sources.ts";
import { withServer } from "#compose/replay/with-server.ts";
import { listConsumerGroups } from "#compose/runner/list-consumer-groups.ts";
import { loadDeclaration } from "#compose/runner/load-declaration.ts";
import { claimRunner } from "#compose/runner/runner-claim.ts";
import { readConfig } from "#shared/config.ts";
import { STREAM_EVENTS_TOPIC, TOPICS } from "#shared/domain/topics.ts";
import { PipelineError } from "#shared/errors.ts";
import { createCommand, type CommonOptions } from "./create-command.ts";
import { readEnvironment } from "./environment.ts";
import { findBrokers, findDatabase } from "./find-connections.ts";
import { parseMoment, parseOffset } from "./parse-options.ts";
import { runCommand } from "./run-command.ts";
import { writeLine } from "./write-line.ts";

interface ReplayCommandOptions extends CommonOptions {
  readonly topic: string;
  readonly from?: string;
  readonly fromOffset?: number;
  readonly partition?: number;
  readonly json?: boolean;
}

const command = createCommand(
  "replay",
  "Lets the next runner read a topic again; what is in the tables already changes nothing",
)
  .addOption(
    new Option("--topic <topic>", "the topic")
      .choices(TOPICS.map(({ topic }) => topic))
      .default(STREAM_EVENTS_TOPIC),
  )
  .addOption(
    new Option("--from <time>", "the records that Kafka took since then")
      .argParser(parseMoment)
      .conflicts(["fromOffset", "partition"]),
  )
  .option("--from-offset <offset>", "the records from this one", parseOffset)
  .option(
    "--partition <partition>",
    "with --from-offset: of this partition only",
    parseOffset,
  )
  .option("--json", "print JSON")
  .action(async ({ dataDir, topic, json, ...wishes }: ReplayCommandOptions) => {
    const start = readStart(wishes);
    const environment = readEnvironment();
    const config = readConfig([], environment);
    const consumerGroup = await findConsumerGroup();
    // No runner works on the data directory meanwhile, and none starts.
    const claim = await claimRunner(dataDir);
    try {
      const horizonMs = await withServer(
        databaseSource({
          dataDir,
          port: config.POSTGRES_PORT,
          find: async () => (await findDatabase(dataDir, config)).reader,
          onProgress: report,
        }),
        (databaseUrl) => readReplayHorizon(databaseUrl, topic),
      );
      const moves = await withServer(
        brokerSource({
          dataDir,
          port: config.KAFKA_PORT,
          find: () => findBrokers(dataDir, config),
          onProgress: report,
        }),
        (kafkaBootstrapServers) =>
          replay({
            kafkaBootstrapServers,
            topic,
            consumerGroup,
            start,
            horizonMs,
          }),
      );
      writeLine(
        json === true
          ? JSON.stringify({ consumerGroup, partitions: moves }, undefined, 2)
          : `${renderMoves(moves)}\nThe group ${consumerGroup} reads on from there at the next npm run up or npm start.`,
      );
    } finally {
      await claim.release();
    }

    async function findConsumerGroup(): Promise<string> {
      const groups = listConsumerGroups(await loadDeclaration(environment));
      const group = groups.get(topic);
      if (group !== undefined) return group;
      throw new PipelineError(
        `serverless.yml declares no mapping of ${topic}, so nobody would read it again. Declare one.`,
        { code: "invalid_declaration", domain: "user" },
      );
    }
  });

/** The standard output may be piped as JSON. */
function report(message: string): void {
  process.stderr.write(`${message}\n`);
}

function readStart({
  from,
  fromOffset,
  partition,
}: Pick<
  ReplayCommandOptions,
  "from" | "fromOffset" | "partition"
>): ReplayStart {
  if (from !== undefined)
    return { kind: "time", timestampMs: Date.parse(from) };
  if (fromOffset !== undefined)
    return { kind: "offset", offset: fromOffset, partition };
  throw new PipelineError(
    "From where is the topic to be read again? Give a time as --from, such as 2026-01-31T12:00:00Z, or --from-offset with a number.",
    { code: "conflicting_options", domain: "user" },
  );
}
await runCommand(command);
