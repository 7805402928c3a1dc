import type { Connections } from "#compose/embedded/connection-env.ts";
import { findSuperset } from "#compose/superset/server.ts";
import type { Config } from "#shared/config.ts";
import type { LocalServer } from "./examine-exposure.ts";
import { isLoopback } from "./is-loopback.ts";

const POSTGRES_PORT = 5432;

/** What runs on this machine for the pipeline, as far as its addresses and the processes of the data directory tell. */
export async function listLocalServers(
  {
    dataDir,
    config,
    addresses: { kafkaBootstrapServers, databaseUrls, metricsUrl },
  }: {
    readonly dataDir: string;
    readonly config: Config;
    readonly addresses: Partial<Connections>;
  },
  hasRunner: boolean,
): Promise<LocalServer[]> {
  const kafka = (kafkaBootstrapServers?.split(",") ?? []).map(
    (address) => ["Kafka", new URL(`kafka://${address}`)] as const,
  );
  const named = [
    ...kafka,
    ...(databaseUrls === undefined
      ? []
      : [["Postgres", new URL(databaseUrls.owner)] as const]),
  ];
  const superset = await findSuperset(dataDir);
  return [
    ...named
      .filter(([, { hostname }]) => isLoopback(hostname))
      .map(([server, { port }]) => ({
        server,
        port: port === "" ? POSTGRES_PORT : Number(port),
      })),
    ...(hasRunner ? listOfRunner(config, metricsUrl) : []),
    ...(superset === undefined
      ? []
      : [{ server: "Superset", port: superset.port }]),
  ];
}

function listOfRunner(
  { DASHBOARD_PORT: dashboardPort }: Config,
  metricsUrl: string | undefined,
): LocalServer[] {
  return [
    ...(metricsUrl === undefined
      ? []
      : [{ server: "the metrics", port: Number(new URL(metricsUrl).port) }]),
    ...(dashboardPort === 0
      ? []
      : [{ server: "the dashboard", port: dashboardPort }]),
  ];
}
