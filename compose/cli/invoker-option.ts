import { Option } from "commander";

import { INVOKER_KINDS } from "#compose/runner/open-functions.ts";

/** Returns the option that chooses where the functions run. */
export function invokerOption(): Option {
  return new Option("--invoker <kind>", "where the functions run")
    .choices(INVOKER_KINDS)
    .default("in-process");
}
