import { PipelineError } from "#shared/errors.ts";
import type { SupersetSession } from "./session.ts";

/** Within the data of a page, whose quotes are escaped. */
const VERSION =
  /version_string(?:&#34;|&quot;|"):\s*(?:&#34;|&quot;|")([\w.]+)/;

/** Returns the version of the running Superset; no part of its API tells it, only its pages do. */
export async function readVersion(session: SupersetSession): Promise<string> {
  const { text } = await session.request("GET", "/login/");
  const version = VERSION.exec(text)?.[1];
  if (version !== undefined) return version;
  throw new PipelineError(
    `The page ${session.url}/login/ tells no version: what answers there is no Superset 6.`,
    { code: "superset_answer_unknown", domain: "internal" },
  );
}
