import { expect, test } from "vitest";

import { refuseOpenRoutes } from "#compose/serverless/plugin/package-functions.ts";
import { findOpenRoutes } from "#compose/serverless/find-open-routes.ts";

const FAULT =
  "functions.page.events[1].httpApi: has no authorizer, so anybody could ask it; name one of provider.httpApi.authorizers";
const closed = {
  httpApi: { method: "GET", path: "/", authorizer: { name: "viewers" } },
};

test.for([
  ["a route without one", { httpApi: { method: "GET", path: "/a" } }],
  ["the short form of a route", { httpApi: "GET /a" }],
  ["the route of everything", { httpApi: "*" }],
  [
    "an authorizer that is nothing",
    { httpApi: { path: "/a", authorizer: null } },
  ],
  [
    "an authorizer without a name",
    { httpApi: { path: "/a", authorizer: { scopes: ["a"] } } },
  ],
  [
    "an authorizer whose name is empty",
    { httpApi: { path: "/a", authorizer: { name: "" } } },
  ],
  ["no settings at all", { httpApi: null }],
] as const)("%s is found", ([, event]) => {
  expect(findOpenRoutes({ page: { events: [closed, event] } })).toEqual([
    FAULT,
  ]);
});

test.for(["http", "alb", "websocket"])("another door, %s, is found", (door) => {
  expect(
    findOpenRoutes({ page: { events: [closed, { [door]: {} }] } }),
  ).toEqual([
    `functions.page.events[1].${door}: anybody could ask it; use an httpApi event with an authorizer`,
  ]);
});

test("the address of a function is found, unless it has none", () => {
  expect(
    findOpenRoutes({ page: { url: true }, other: { url: false } }),
  ).toEqual([
    "functions.page.url: anybody could ask it; use an httpApi event with an authorizer",
  ]);
});

test("routes with an authorizer, and other events, are none of these", () => {
  expect(
    findOpenRoutes({
      page: {
        events: [
          closed,
          { httpApi: { path: "/a", authorizer: { id: { Ref: "Own" } } } },
          { schedule: "rate(1 minute)" },
        ],
      },
      other: {},
    }),
  ).toEqual([]);
});

test("packaging ends where it finds one", () => {
  const functions = {
    page: { handler: "a.b", events: [closed, { httpApi: "GET /a" }] },
  };

  expect(() =>
    refuseOpenRoutes({
      service: { functions, custom: { aws: { environment: {} } } },
    }),
  ).toThrow(FAULT);
});
