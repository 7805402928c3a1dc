import { expect, test } from "vitest";

import { loadDeclaration } from "#compose/runner/load-declaration.ts";
import { readText, replaceOnce } from "./declaration-text.ts";

const AUTHORIZERS = `  httpApi:
    authorizers:
      viewers:
        type: jwt
        identitySource: $request.header.Authorization
        issuerUrl: !Ref IssuerUrl
        audience: [!Ref Audience]
`;
const EVENT =
  "httpApi: { method: GET, path: '/songs/{id}', authorizer: { name: viewers } }";

/** The small declaration with an authorizer and one more event of `sweep`. */
const declare = (event = EVENT, authorizers = AUTHORIZERS) =>
  replaceOnce(
    "  memorySize: 512\n",
    `  memorySize: 512\n${authorizers}`,
  ).replace(
    "    events:\n      - schedule:\n          rate: rate(1 hour)",
    `    events:\n      - ${event}\n      - schedule:\n          rate: rate(1 hour)`,
  );

function readFaults(text: string): string {
  try {
    readText(text);
    return "";
  } catch (error) {
    return String(error);
  }
}

test("a route is its function's, and other events stay what they are", () => {
  const { httpRoutes, schedules } = readText(declare());

  expect(httpRoutes).toEqual([
    { functionName: "sweep", method: "GET", path: "/songs/{id}" },
  ]);
  expect(schedules.map(({ functionName }) => functionName)).toEqual([
    "produce-batch",
    "sweep",
  ]);
});

const PLACE = "functions.sweep.events[0].httpApi";

test.for([
  [
    "no authorizer",
    "httpApi: { method: GET, path: / }",
    `${PLACE}.authorizer: expected the name of one of provider.httpApi.authorizers`,
  ],
  [
    "the short form, which has none",
    "httpApi: GET /",
    `${PLACE}: Invalid input: expected object`,
  ],
  [
    "an authorizer that is not there",
    "httpApi: { method: GET, path: /, authorizer: { name: viewer } }",
    `${PLACE}.authorizer.name: there is no viewer in provider.httpApi.authorizers`,
  ],
  [
    "an authorizer by its type",
    "httpApi: { method: GET, path: /, authorizer: { name: viewers, type: jwt } }",
    `${PLACE}.authorizer.type: is not understood by the local runner`,
  ],
  [
    "every method",
    "httpApi: { method: '*', path: /, authorizer: { name: viewers } }",
    `${PLACE}.method: expected one method in capitals, such as GET`,
  ],
  [
    "every path",
    "httpApi: { method: GET, path: '*', authorizer: { name: viewers } }",
    `${PLACE}.path: expected a path such as /songs/{id}, each variable a whole part of it`,
  ],
  [
    "a path that goes on",
    "httpApi: { method: GET, path: '/songs/{rest+}', authorizer: { name: viewers } }",
    `${PLACE}.path: expected a path such as /songs/{id}, each variable a whole part of it`,
  ],
  [
    "a key that is not known",
    "httpApi: { method: GET, path: /, authorizer: { name: viewers }, cors: true }",
    `${PLACE}.cors: is not understood by the local runner`,
  ],
  [
    "two kinds in one event",
    `${EVENT}\n        schedule: { rate: rate(1 hour) }`,
    "functions.sweep.events[0]: expected either schedule or httpApi",
  ],
  [
    "nothing in an event",
    "{}",
    "functions.sweep.events[0]: expected either schedule or httpApi",
  ],
  [
    "one route twice",
    `${EVENT}\n      - ${EVENT}`,
    "functions.sweep.events[1].httpApi: GET /songs/{id} is declared twice",
  ],
] as const)("%s is refused", ([, event, fault]) => {
  expect(readFaults(declare(event))).toContain(fault);
});

test.for([
  ["of another type", "type: jwt", "type: request", "type: Invalid input"],
  [
    "for nobody",
    "audience: [!Ref Audience]",
    "audience: []",
    "audience: Too small",
  ],
  [
    "with a key that is not known",
    "type: jwt",
    "type: jwt\n        ttl: 5",
    "ttl: is not understood by the local runner",
  ],
] as const)("an authorizer %s is refused", ([, piece, by, fault]) => {
  expect(readFaults(declare(EVENT, AUTHORIZERS.replace(piece, by)))).toContain(
    `provider.httpApi.authorizers.viewers.${fault}`,
  );
});

test("serverless.yml declares what the dashboard answers", async () => {
  const { httpRoutes } = await loadDeclaration({});

  expect(
    httpRoutes.map(
      ({ functionName, method, path }) => `${functionName} ${method} ${path}`,
    ),
  ).toEqual([
    "dashboard GET /",
    "dashboard GET /dashboards",
    "dashboard GET /assets/{file}",
    "dashboard GET /api/dashboards/{name}",
    "dashboard GET /api/dashboards/{name}/{file}",
  ]);
});
