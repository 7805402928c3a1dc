import { z } from "zod";

import { readAnswer, type SupersetSession } from "./session.ts";

const menuSchema = z.object({
  result: z.object({
    navbar_right: z.object({ version_string: z.string() }),
  }),
});

/** Returns the version of the running Superset, as its own menu shows it. */
export async function readVersion(session: SupersetSession): Promise<string> {
  const answer = await session.request("GET", "/api/v1/menu/");
  return readAnswer(answer, "the menu", menuSchema).result.navbar_right
    .version_string;
}
