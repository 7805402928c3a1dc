import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";

import { assertPortFree } from "#compose/embedded/ports.ts";

/** What a scrape gets: the metrics, or why there are none now. */
export type Scrape =
  | { readonly kind: "metrics"; readonly type: string; readonly text: string }
  | { readonly kind: "unavailable"; readonly reason: string };

/** Answers `GET /metrics` until it is closed. */
export interface MetricsServer {
  close(): Promise<void>;
}

/** Listens on 127.0.0.1 only; throws `port_in_use` (user). `scrape` must not reject. */
export async function startMetricsServer(
  port: number,
  scrape: () => Promise<Scrape>,
): Promise<MetricsServer> {
  await assertPortFree({
    server: "The metrics server",
    port,
    setting: "METRICS_PORT",
    externalSetting: undefined,
  });
  const server = createServer((request, response) => {
    if (request.url !== "/metrics") {
      answer(response, 404, "The metrics are at /metrics.\n");
    } else if (request.method !== "GET") {
      response.setHeader("allow", "GET");
      answer(response, 405, "Only GET is answered.\n");
    } else {
      void scrape().then((scraped) => {
        if (scraped.kind === "metrics")
          answer(response, 200, scraped.text, scraped.type);
        else answer(response, 503, `${scraped.reason}\n`);
        return undefined;
      });
    }
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(
  response: ServerResponse,
  statusCode: number,
  text: string,
  type = "text/plain; charset=utf-8",
): void {
  response.writeHead(statusCode, { "content-type": type });
  response.end(text);
}
