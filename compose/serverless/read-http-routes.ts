import type { HttpRouteDeclaration } from "./declaration.ts";
import type { ServerlessFile } from "./schema.ts";

/** Returns the routes of the HTTP API; one that is declared twice, or whose authorizer is not declared, is added to `faults`. */
export function readHttpRoutes(
  file: ServerlessFile,
  faults: string[],
): HttpRouteDeclaration[] {
  const { authorizers } = file.provider.httpApi;
  const routes = new Map<string, HttpRouteDeclaration>();
  for (const [functionName, { events }] of Object.entries(file.functions)) {
    for (const [index, { httpApi: event }] of events.entries()) {
      if (event === undefined) continue;
      const { method, path, authorizer } = event;
      const place = `functions.${functionName}.events[${index}].httpApi`;
      const key = `${method} ${path}`;
      if (!Object.hasOwn(authorizers, authorizer.name)) {
        faults.push(
          `${place}.authorizer.name: there is no ${authorizer.name} in provider.httpApi.authorizers`,
        );
      }
      if (routes.has(key)) faults.push(`${place}: ${key} is declared twice`);
      routes.set(key, { functionName, method, path });
    }
  }
  return [...routes.values()];
}
