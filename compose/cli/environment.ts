/**
 * Returns the variables that the settings and serverless.yml may refer to. An empty one counts as absent, in both:
 * `NAME= npm start` takes a setting back.
 */
export function readEnvironment(): Readonly<Record<string, string>> {
  // oxlint-disable-next-line node/no-process-env -- ${env:NAME} in serverless.yml needs the raw text of any variable
  const variables = Object.entries(process.env);
  return Object.fromEntries(
    variables.filter(
      (variable): variable is [string, string] =>
        variable[1] !== undefined && variable[1] !== "",
    ),
  );
}
