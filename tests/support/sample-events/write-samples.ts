// Writes tests/fixtures/events anew: node tests/support/sample-events/write-samples.ts
import { writeFile } from "node:fs/promises";
import { format } from "prettier";

import {
  NOT_DURABLE,
  startServers,
} from "#tests/support/pipeline/start-servers.ts";
import { captureEvents } from "./capture-events.ts";
import { SAMPLES_FOLDER } from "./samples-folder.ts";

const servers = await startServers({ postgresSettings: NOT_DURABLE });
try {
  for (const [name, event] of await captureEvents(servers)) {
    await writeFile(
      new URL(`${name}.json`, SAMPLES_FOLDER),
      await format(event, { parser: "json" }),
    );
  }
} finally {
  await servers.stop();
}
