import type { HttpRouteDeclaration } from "#compose/serverless/declaration.ts";

/** A route that was found for a request. */
export interface MatchedRoute {
  readonly functionName: string;
  /** As API Gateway writes it: `GET /songs/{id}`. */
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/** A route, or the methods that are answered at the path; none where nothing is there. */
export type RouteMatch =
  | { readonly kind: "matched"; readonly route: MatchedRoute }
  | { readonly kind: "unmatched"; readonly methods: readonly string[] };

/** Finds the route of a request, those without variables first, as API Gateway does. */
export function matchRoute(
  routes: readonly HttpRouteDeclaration[],
  method: string,
  path: string,
): RouteMatch {
  const found = routes
    .map((route) => ({ route, parameters: matchPath(route.path, path) }))
    .filter(({ parameters }) => parameters !== undefined)
    .sort(
      (left, right) => countVariables(left.route) - countVariables(right.route),
    );
  for (const { route, parameters } of found) {
    if (route.method !== method || parameters === undefined) continue;
    return {
      kind: "matched",
      route: {
        functionName: route.functionName,
        routeKey: `${route.method} ${route.path}`,
        pathParameters: parameters,
      },
    };
  }
  return {
    kind: "unmatched",
    methods: [...new Set(found.map(({ route }) => route.method))],
  };
}

function matchPath(
  pattern: string,
  path: string,
): Record<string, string> | undefined {
  const expected = pattern.split("/");
  const given = path.split("/");
  if (expected.length !== given.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of expected.entries()) {
    const value = given[index] ?? "";
    const [, variable] = /^\{(\w+)\}$/.exec(part) ?? [];
    if (variable === undefined ? part !== value : value === "")
      return undefined;
    if (variable !== undefined) parameters[variable] = value;
  }
  return parameters;
}

function countVariables({ path }: HttpRouteDeclaration): number {
  return path.split("{").length - 1;
}
