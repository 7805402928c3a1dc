import {
  renderLetterJson,
  renderLetterLine,
  tailLetters,
} from "#compose/dead-letters/tail-letters.ts";
import { readConfig } from "#shared/config.ts";
import { DEAD_LETTER_TOPIC } from "#shared/domain/topics.ts";
import { createCommand, type CommonOptions } from "../create-command.ts";
import { readEnvironment } from "../environment.ts";
import { findBrokers, type ListenerChoice } from "../find-connections.ts";
import { listenForInterruption } from "../interruption.ts";
import { addListenerOptions } from "../listener-options.ts";
import { writeLine } from "../write-line.ts";
import {
  addTopicFilterOptions,
  type FilterOptions,
  readFilter,
} from "./filter-options.ts";

interface TailCommandOptions
  extends CommonOptions, ListenerChoice, FilterOptions {
  readonly fromBeginning?: boolean;
  readonly exitAtEnd?: boolean;
  readonly json?: boolean;
}

export const tail = addListenerOptions(
  addTopicFilterOptions(
    createCommand(
      "tail",
      `Shows letters as they come into ${DEAD_LETTER_TOPIC}, until Ctrl-C`,
    ),
  ),
)
  .option("--from-beginning", "those that the topic holds already, too")
  .option("--exit-at-end", "end with the last one that the topic holds now")
  .option("--json", "print JSON, a letter a line")
  .action(
    async ({
      dataDir,
      internal,
      external,
      fromBeginning = false,
      exitAtEnd = false,
      json,
      ...options
    }: TailCommandOptions) => {
      const kafkaBootstrapServers = await findBrokers(
        dataDir,
        readConfig([], readEnvironment()),
        { internal: internal === true, external: external === true },
      );
      await tailLetters(
        {
          kafkaBootstrapServers,
          filter: readFilter([], options),
          isFromBeginning: fromBeginning,
          isUntilEnd: exitAtEnd,
          signal: listenForInterruption(),
          // The standard output is for letters.
          onReady: () => process.stderr.write(`Reading ${DEAD_LETTER_TOPIC}\n`),
        },
        (letter) =>
          writeLine(
            json === true ? renderLetterJson(letter) : renderLetterLine(letter),
          ),
      );
    },
  );
