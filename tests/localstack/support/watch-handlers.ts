// Preloaded into a runner (node --import): notes every handler that the process loads, and every thread that it starts,
// since a thread could load one unseen, in the file that WATCH_HANDLERS_FILE names.
import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";

const file = process.env["WATCH_HANDLERS_FILE"] ?? "";

registerHooks({
  load: (url, context, nextLoad) => {
    if (/\/functions\/[\w-]+\/handler\.ts$/.test(url))
      appendFileSync(file, `loaded ${url.split("/").slice(-3).join("/")}\n`);
    return nextLoad(url, context);
  },
});
process.on("worker", () => appendFileSync(file, "started a thread\n"));
