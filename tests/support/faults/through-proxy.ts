import type { Connections } from "#compose/embedded/connection-env.ts";
import { createCleanups } from "#compose/runner/cleanups.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

/** Proxies between the functions and Postgres, one for each role that they have. */
export interface ProxiedDatabase {
  /** The addresses that functions are given; whoever looks on uses those behind the proxies. */
  readonly connections: Connections;
  readonly ingest: TcpProxy;
  readonly closer: TcpProxy;
  close(): Promise<void>;
}

/** Puts a proxy before Postgres for each of the roles that functions work with. */
export async function proxyDatabase(
  connections: Connections,
): Promise<ProxiedDatabase> {
  const { databaseUrls } = connections;
  const cleanups = createCleanups();
  const start = async (databaseUrl: string) => {
    const url = new URL(databaseUrl);
    const proxy = await startTcpProxy({ targetPort: Number(url.port) });
    cleanups.add(() => proxy.close());
    url.port = String(proxy.port);
    return { proxy, url: url.href };
  };
  const ingest = await start(databaseUrls.ingest);
  const closer = await start(databaseUrls.closer);
  return {
    connections: {
      ...connections,
      databaseUrls: {
        ...databaseUrls,
        ingest: ingest.url,
        closer: closer.url,
      },
    },
    ingest: ingest.proxy,
    closer: closer.proxy,
    close: () => cleanups.run(),
  };
}
