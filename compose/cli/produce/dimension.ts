import { Argument } from "commander";

import { sendDimension } from "#compose/runner/send-dimension.ts";
import { readConfig } from "#shared/config.ts";
import type { FieldChange } from "#shared/domain/field-change.ts";
import { type Dimension, DIMENSIONS } from "#shared/domain/topics.ts";
import { collectChanges } from "../collect-changes.ts";
import { createCommand, type CommonOptions } from "../create-command.ts";
import { readEnvironment } from "../environment.ts";
import { findBrokers, type ListenerChoice } from "../find-connections.ts";
import { addListenerOptions } from "../listener-options.ts";
import { writeLine } from "../write-line.ts";

interface DimensionOptions extends CommonOptions, ListenerChoice {
  readonly set: readonly FieldChange[];
  readonly tombstone?: boolean;
}

export const dimensionCommand = addListenerOptions(
  createCommand("dimension", "Sends one row of a dimension by hand"),
)
  .addArgument(new Argument("<dimension>", "the dimension").choices(DIMENSIONS))
  .option(
    "--set <field=value>",
    "a field of the row; may be repeated",
    collectChanges,
    [],
  )
  .option("--tombstone", "end the row in the place of sending it")
  .action(
    async (
      dimension: Dimension,
      { dataDir, set, tombstone, internal, external }: DimensionOptions,
    ) => {
      const brokers = await findBrokers(
        dataDir,
        readConfig([], readEnvironment()),
        { internal: internal === true, external: external === true },
      );
      const isTombstone = tombstone === true;
      const id = await sendDimension(brokers, {
        dimension,
        fields: set,
        isTombstone,
      });
      writeLine(`${dimension} ${id}: ${isTombstone ? "tombstone " : ""}sent`);
    },
  );
