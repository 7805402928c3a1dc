import { Option, type Command } from "commander";

/** Adds `--internal` and `--external`, which choose between the listeners of a broker that runs in Docker. */
export function addListenerOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--internal",
        "use the listener within Docker's network (KAFKA_BOOTSTRAP_SERVERS_INTERNAL)",
      ).conflicts("external"),
    )
    .addOption(
      new Option(
        "--external",
        "use the listener for other machines (KAFKA_BOOTSTRAP_SERVERS_EXTERNAL)",
      ),
    );
}
