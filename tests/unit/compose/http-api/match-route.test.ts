import { expect, test } from "vitest";

import { matchRoute } from "#compose/http-api/match-route.ts";

const ROUTES = [
  { functionName: "one", method: "GET", path: "/" },
  { functionName: "two", method: "GET", path: "/songs/{id}" },
  { functionName: "three", method: "GET", path: "/songs/top" },
  { functionName: "four", method: "POST", path: "/songs/{id}" },
  { functionName: "five", method: "GET", path: "/songs/{id}/{file}" },
];

test.for([
  ["GET", "/", "one", {}],
  ["GET", "/songs/7", "two", { id: "7" }],
  ["GET", "/songs/top", "three", {}],
  ["POST", "/songs/top", "four", { id: "top" }],
  ["GET", "/songs/7/a.csv", "five", { id: "7", file: "a.csv" }],
] as const)("%s %s leads to %s", ([method, path, functionName, parameters]) => {
  const match = matchRoute(ROUTES, method, path);

  expect(match).toMatchObject({
    kind: "matched",
    route: { functionName, pathParameters: parameters },
  });
});

test("a route's key is its method and its path", () => {
  expect(matchRoute(ROUTES, "GET", "/songs/7")).toMatchObject({
    route: { routeKey: "GET /songs/{id}" },
  });
});

test.for(["/songs", "/songs/", "//songs/7", "/songs/7/", "/songs/7/a/b", ""])(
  "nothing is at %j",
  (path) => {
    expect(matchRoute(ROUTES, "GET", path)).toEqual({
      kind: "unmatched",
      methods: [],
    });
  },
);

test("another method is told from nothing", () => {
  expect(matchRoute(ROUTES, "DELETE", "/songs/7")).toEqual({
    kind: "unmatched",
    methods: ["GET", "POST"],
  });
});
