import { DIMENSIONS, type Dimension } from "#shared/domain/topics.ts";
import { readConfig } from "#shared/config.ts";
import { sendPlays, type PlayWishes } from "#compose/runner/send-plays.ts";
import { createCommand, type CommonOptions } from "./create-command.ts";
import { readEnvironment } from "./environment.ts";
import { findBrokers, type ListenerChoice } from "./find-connections.ts";
import { listenForInterruption } from "./interruption.ts";
import { addListenerOptions } from "./listener-options.ts";
import {
  parseCount,
  parseMoment,
  parseRate,
  parseSeed,
  parseShare,
} from "./parse-options.ts";
import { dimensionCommand } from "./produce/dimension.ts";
import { runCommand } from "./run-command.ts";
import { writeLine } from "./write-line.ts";

type ProduceOptions = CommonOptions &
  ListenerChoice &
  PlayWishes & { readonly [Name in Dimension]?: number };

const command = addListenerOptions(
  createCommand(
    "produce",
    "Sends the catalogue where it is missing, then plays; without --count it runs on until Ctrl-C",
  ),
)
  .option("--count <count>", "how many plays", parseCount)
  .option(
    "--rate <rate>",
    "plays per second, such as 20/s; with --count: how fast they are sent",
    parseRate,
  )
  .option(
    "--seed <seed>",
    "another seed gives another catalogue and other plays",
    parseSeed,
  )
  .option(
    "--from <time>",
    "with --count: time of the first play (by default three hours before --to)",
    parseMoment,
  )
  .option(
    "--to <time>",
    "with --count: where the plays end (by default now)",
    parseMoment,
  )
  .option(
    "--late <share>",
    "plays whose windows have closed, such as 1%",
    parseShare,
  )
  .option("--out-of-order <share>", "plays behind their neighbours", parseShare)
  .option("--duplicates <share>", "plays that are sent twice", parseShare)
  .option(
    "--orphans <share>",
    "plays that refer to what does not exist",
    parseShare,
  )
  .option("--malformed <share>", "records that are no play", parseShare);
for (const dimension of DIMENSIONS)
  command.option(
    `--${dimension} <count>`,
    `size of the catalogue: ${dimension}`,
    parseCount,
  );

command.action(
  async ({ dataDir, internal, external, ...wishes }: ProduceOptions) => {
    const environment = readEnvironment();
    const config = readConfig([], environment);
    const sizes = Object.fromEntries(
      DIMENSIONS.flatMap((name) =>
        wishes[name] === undefined ? [] : [[name, wishes[name]]],
      ),
    );
    await sendPlays({
      dataDir,
      environment,
      kafkaBootstrapServers: await findBrokers(dataDir, config, {
        internal: internal === true,
        external: external === true,
      }),
      wishes,
      sizes,
      defaults: {
        seed: config.STREAMING_SEED,
        rate: config.STREAMING_PLAYS_PER_SECOND,
      },
      signal: listenForInterruption(),
      onProgress: writeLine,
    });
  },
);
// What stands behind the subcommand's name is its own, also what both have: what stands before it would choose nothing.
command
  .enablePositionalOptions()
  .addCommand(dimensionCommand)
  .hook("preSubcommand", () => {
    const lost = command.options.find(
      (option) =>
        command.getOptionValueSource(option.attributeName()) === "cli",
    );
    if (lost !== undefined)
      command.error(
        `error: ${lost.long} stands before ${dimensionCommand.name()} and would be nobody's. Give it behind ${dimensionCommand.name()}.`,
      );
  });
await runCommand(command);
