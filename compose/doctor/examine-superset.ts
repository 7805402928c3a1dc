import { locateInstance } from "#compose/superset/instance.ts";
import { findSuperset, isHealthy } from "#compose/superset/server.ts";
import { type Finding, fault, ok } from "./finding.ts";

/** Whether the Superset of the data directory answers; that none runs is nobody's fault. */
export async function examineSuperset(
  dataDir: string,
): Promise<readonly Finding[]> {
  const server = await findSuperset(dataDir);
  if (server === undefined)
    return [
      ok("Superset", "is not started (npm run superset -- up starts it)"),
    ];
  const finding = (await isHealthy(server.port))
    ? ok("Superset", `answers at http://127.0.0.1:${server.port}`)
    : fault(
        "Superset",
        `runs (pid ${server.pid}) and does not answer at http://127.0.0.1:${server.port}`,
        `See its log, ${locateInstance(dataDir).logFile}, and start it again: npm run superset -- down, then up`,
      );
  return [finding];
}
