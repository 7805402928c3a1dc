import { EventSourceMappingError } from "#compose/event-source-mapping/errors.ts";
import { parseEventSourceMapping } from "#compose/event-source-mapping/parse-event-source-mapping.ts";
import { refuseDuplicates } from "#compose/event-source-mapping/refuse-duplicates.ts";
import { AWS_ONLY_MAPPING_PROPERTIES } from "./aws-only.ts";
import type { MappingDeclaration } from "./declaration.ts";
import {
  evaluateTemplate,
  EvaluationError,
  type TemplateContext,
} from "./evaluate-template.ts";
import { isGroup } from "./is-group.ts";
import { nameLambdaResource } from "./name-lambda-resource.ts";
import type { ServerlessFile } from "./schema.ts";

/**
 * Returns the mappings, CloudFormation's names turned into those of CreateEventSourceMapping; what is refused of
 * them is added to `faults`.
 */
export function readMappings(
  file: ServerlessFile,
  faults: string[],
): MappingDeclaration[] {
  const functionNames = new Map(
    Object.keys(file.functions).map((name) => [nameLambdaResource(name), name]),
  );
  const context = readContext(file);
  const mappings: MappingDeclaration[] = [];
  for (const [name, declared] of Object.entries(file.resources.Resources)) {
    if (declared.Type !== "AWS::Lambda::EventSourceMapping") continue;
    const place = `resources.Resources.${name}.Properties`;
    const { FunctionName: target, ...properties } = declared.Properties;
    const [resource] = target["Fn::GetAtt"];
    const functionName = functionNames.get(resource);
    if (functionName === undefined) {
      faults.push(
        `${place}.FunctionName: is !GetAtt ${resource}.Arn; expected one of ${[...functionNames.keys()].join(", ")}`,
      );
      continue;
    }
    collectFault(faults, `${place}: `, () => {
      const evaluated = evaluateProperties(properties, context);
      const configuration = parseEventSourceMapping({
        ...evaluated,
        FunctionName: functionName,
        ...renameSource(evaluated),
      });
      mappings.push({ name, configuration });
    });
  }
  collectFault(faults, "", () =>
    refuseDuplicates(mappings.map(({ configuration }) => configuration)),
  );
  return mappings;
}

function collectFault(
  faults: string[],
  prefix: string,
  check: () => void,
): void {
  try {
    check();
  } catch (error) {
    if (
      !(error instanceof EventSourceMappingError) &&
      !(error instanceof EvaluationError)
    )
      throw error;
    faults.push(`${prefix}${error.message}`);
  }
}

/** A parameter is what `custom.local.parameters` says, else its default. */
function readContext({ resources, custom }: ServerlessFile): TemplateContext {
  const values = Object.entries(resources.Parameters).map(
    ([name, { Default: fallback }]) => [
      name,
      custom.local.parameters[name] ?? fallback,
    ],
  );
  return {
    parameters: Object.fromEntries(values),
    conditions: resources.Conditions,
  };
}

function evaluateProperties(
  properties: Readonly<Record<string, unknown>>,
  context: TemplateContext,
): Record<string, unknown> {
  const local = Object.entries(properties).filter(
    ([name]) => !AWS_ONLY_MAPPING_PROPERTIES.includes(name),
  );
  const evaluated = evaluateTemplate(Object.fromEntries(local), context);
  return isGroup(evaluated) ? evaluated : {};
}

function renameSource(
  properties: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const source = properties["SelfManagedEventSource"];
  if (!isGroup(source) || !isGroup(source["Endpoints"])) return {};
  const { KafkaBootstrapServers: servers, ...rest } = source["Endpoints"];
  const endpoints =
    servers === undefined
      ? rest
      : { ...rest, KAFKA_BOOTSTRAP_SERVERS: servers };
  return { SelfManagedEventSource: { ...source, Endpoints: endpoints } };
}
