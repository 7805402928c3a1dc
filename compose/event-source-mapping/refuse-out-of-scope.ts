import { EventSourceMappingError } from "./errors.ts";

const SOURCE_CONFIGS = [
  "SelfManagedKafkaEventSourceConfig",
  "AmazonManagedKafkaEventSourceConfig",
];

/** Properties that AWS knows for Kafka and this mapping does not build, each with what to do instead (30). */
const OUT_OF_SCOPE: readonly {
  readonly path: readonly string[];
  readonly advice: string;
}[] = [
  ...SOURCE_CONFIGS.flatMap((config) => [
    {
      path: [config, "SchemaRegistryConfig"],
      advice: "decode the values in the function",
    },
    {
      path: [config, "ConsumptionMode"],
      advice: "leave it out: partitions are read in order",
    },
  ]),
  {
    path: ["ProvisionedPollerConfig", "PollerGroupName"],
    advice: "leave it out: every mapping has pollers of its own",
  },
  {
    path: ["LoggingConfig"],
    advice: "read the log that the mapping is created with",
  },
  {
    path: ["MetricsConfig"],
    advice: "read the counters of the mapping",
  },
  {
    path: ["KMSKeyArn"],
    advice: "leave it out: the patterns of filters are not encrypted",
  },
];

/** Refuses, by name, what is out of scope, before other unknown properties are. */
export function refuseOutOfScope(parameters: unknown): void {
  const asked = OUT_OF_SCOPE.filter(
    ({ path }) => find(parameters, path) !== undefined,
  );
  if (asked.length === 0) return;
  throw new EventSourceMappingError(
    "InvalidParameterValueException",
    asked
      .map(
        ({ path, advice }) =>
          `${path.join(".")}: out of the scope of the local event source mapping; ${advice}.`,
      )
      .join(" "),
  );
}

function find(value: unknown, path: readonly string[]): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  if (
    typeof value !== "object" ||
    value === null ||
    !Object.hasOwn(value, name)
  )
    return undefined;
  return find(Reflect.get(value, name), rest);
}
