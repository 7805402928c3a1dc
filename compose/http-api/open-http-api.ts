import { randomUUID } from "node:crypto";
import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { finished } from "node:stream/promises";

import { assertPortFree } from "#compose/embedded/ports.ts";
import type { Clock } from "#compose/event-source-mapping/clock.ts";
import type { Invoker } from "#compose/event-source-mapping/invoker.ts";
import type { HttpRouteDeclaration } from "#compose/serverless/declaration.ts";
import { buildEvent, splitTarget } from "./build-event.ts";
import { matchRoute } from "./match-route.ts";
import { answerWithError, type HttpAnswer, readAnswer } from "./read-answer.ts";
import { refuseRequest } from "./refuse-request.ts";

export interface RouteSources {
  readonly routes: readonly HttpRouteDeclaration[];
  readonly invoker: Invoker;
  readonly clock: Pick<Clock, "now">;
}

/** Stands in for API Gateway's HTTP API until it is closed. */
export interface HttpApi {
  /** `http://127.0.0.1:<port>`; undefined where it listens nowhere. */
  readonly url: string | undefined;
  /** Hands requests to functions from now on, until the function that is returned was called; those under way are over then. */
  serve(sources: RouteSources): () => Promise<void>;
  close(): Promise<void>;
}

type Answerer = (request: IncomingMessage) => Promise<HttpAnswer>;

/** For the head of a request, which is all that is taken. */
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * Takes the port, or none where it is 0; listens on 127.0.0.1 only, as nobody is asked here who they are. Throws
 * `port_in_use` (user).
 */
export async function openHttpApi(port: number): Promise<HttpApi> {
  let answerer = refuseAll;
  const underWay = new Set<Promise<void>>();
  const server =
    port === 0
      ? undefined
      : await listen(port, (request, response) => {
          const sent = respond(answerer, request, response).finally(() =>
            underWay.delete(sent),
          );
          underWay.add(sent);
        });
  return {
    url: server === undefined ? undefined : `http://127.0.0.1:${port}`,
    serve: (sources) => {
      answerer = createAnswerer(sources);
      return async () => {
        answerer = refuseAll;
        await Promise.all(underWay);
      };
    },
    close: async () => {
      if (server === undefined) return;
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(
  port: number,
  listener: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Server> {
  await assertPortFree({
    server: "The server of the dashboards",
    port,
    setting: "DASHBOARD_PORT",
    externalSetting: undefined,
    isOptional: true,
  });
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, listener);
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

const refuseAll: Answerer = () =>
  Promise.resolve(
    answerWithError(503, "the runner is starting or stopping", {
      "retry-after": "1",
    }),
  );

/** Answers by the function whose route a request matches. */
function createAnswerer({ routes, invoker, clock }: RouteSources): Answerer {
  return async (request) => {
    const { method = "", url: target = "", rawHeaders, socket } = request;
    const match = matchRoute(routes, method, splitTarget(target).path);
    if (match.kind === "unmatched") {
      return match.methods.length === 0
        ? answerWithError(404, "there is nothing here")
        : answerWithError(405, `expected ${match.methods.join(" or ")}`, {
            allow: match.methods.join(", "),
          });
    }
    const sourceIp = socket.remoteAddress ?? "127.0.0.1";
    const event = buildEvent(
      { method, target, rawHeaders, sourceIp },
      match.route,
      { requestId: randomUUID(), nowMs: clock.now() },
    );
    const payload = new TextEncoder().encode(JSON.stringify(event));
    return readAnswer(await invoker.invoke(match.route.functionName, payload));
  };
}

async function respond(
  answerer: Answerer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // Nothing reads a body, and a connection that is kept must not wait for that.
  request.resume();
  const refusal = refuseRequest(request.url ?? "", request.headers);
  const answer =
    refusal ??
    (await answerer(request).catch(() =>
      answerWithError(502, "the function cannot be invoked"),
    ));
  try {
    send(response, answer);
  } catch {
    // A header that Node does not send.
    send(response, answerWithError(502, "the function gave no answer of HTTP"));
  }
  // Whoever asked may have gone away.
  await finished(response).catch(() => undefined);
}

function send(
  response: ServerResponse,
  { statusCode, headers, cookies, body }: HttpAnswer,
): void {
  const hasBody = statusCode !== 204 && statusCode !== 304;
  response.writeHead(statusCode, {
    ...headers,
    ...(hasBody ? { "content-length": body.length } : {}),
    ...(cookies.length === 0 ? {} : { "set-cookie": [...cookies] }),
  });
  response.end(hasBody ? body : undefined);
}
