import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";

import { assertPortFree } from "#compose/embedded/ports.ts";

/** What a request gets: metrics, or why there are none now. */
export type Answer =
  | { readonly kind: "answer"; readonly type: string; readonly text: string }
  | { readonly kind: "unavailable"; readonly reason: string };

/** Path to what answers a `GET` of it; must not reject. */
export type Routes = Readonly<Record<string, () => Promise<Answer>>>;

/** Answers until it is closed. */
export interface MetricsServer {
  close(): Promise<void>;
}

/** Listens on 127.0.0.1 only; throws `port_in_use` (user). */
export async function startMetricsServer(
  port: number,
  routes: Routes,
): Promise<MetricsServer> {
  await assertPortFree({
    server: "The metrics server",
    port,
    setting: "METRICS_PORT",
    externalSetting: undefined,
    isOptional: true,
  });
  const routeOf = new Map(Object.entries(routes));
  const server = createServer((request, response) => {
    const route = routeOf.get(request.url ?? "");
    if (route === undefined) {
      send(response, 404, "The metrics are at /metrics.\n");
    } else if (request.method !== "GET") {
      response.setHeader("allow", "GET");
      send(response, 405, "Only GET is answered.\n");
    } else {
      void route().then((answer) => {
        if (answer.kind === "answer")
          send(response, 200, answer.text, answer.type);
        else send(response, 503, `${answer.reason}\n`);
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

function send(
  response: ServerResponse,
  statusCode: number,
  text: string,
  type = "text/plain; charset=utf-8",
): void {
  response.writeHead(statusCode, { "content-type": type });
  response.end(text);
}
