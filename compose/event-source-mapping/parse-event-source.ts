import type { EventSourceMappingConfiguration } from "./configuration.ts";
import { EventSourceMappingError, invalidParameter } from "./errors.ts";
import {
  readList,
  readObject,
  readOptionalObject,
  readText,
} from "./parameter-readers.ts";
import type { Properties } from "./parameter-readers.ts";

const MSK_ARN = /^arn:[\w-]+:kafka:[\w-]+:\d{12}:cluster\/\S+$/;
const HOST_AND_PORT = /^[\w.-]+:\d{1,5}$/;
const GROUP_ID = /^[\w\-/*:+=.@]{1,200}$/;
const GROUP_CONFIGS = [
  "SelfManagedKafkaEventSourceConfig",
  "AmazonManagedKafkaEventSourceConfig",
];
const ACCESS_TYPES = [
  "VPC_SUBNET",
  "VPC_SECURITY_GROUP",
  "BASIC_AUTH",
  "SASL_SCRAM_256_AUTH",
  "SASL_SCRAM_512_AUTH",
  "CLIENT_CERTIFICATE_TLS_AUTH",
  "SERVER_ROOT_CA_CERTIFICATE",
];

/** The part of a declaration that says where the records are and in which group they are read. */
export function parseEventSource(
  given: Properties,
): Pick<
  EventSourceMappingConfiguration,
  "source" | "sourceAccess" | "consumerGroupId"
> {
  const { EventSourceArn: arn, SelfManagedEventSource: selfManaged } = given;
  if ((arn === undefined) === (selfManaged === undefined)) {
    throw new EventSourceMappingError(
      "InvalidParameterValueException",
      "EventSourceArn, SelfManagedEventSource: expected exactly one of the two.",
    );
  }
  const sourceAccess = parseSourceAccess(
    given["SourceAccessConfigurations"],
    arn === undefined,
  );
  const [groupConfig, otherConfig] =
    arn === undefined ? GROUP_CONFIGS : GROUP_CONFIGS.toReversed();
  const consumerGroupId = parseGroupId(
    given,
    String(groupConfig),
    String(otherConfig),
  );
  if (arn !== undefined) {
    const eventSourceArn = readText(
      "EventSourceArn",
      arn,
      MSK_ARN,
      "the ARN of an MSK cluster",
    );
    return {
      source: { kind: "aws:kafka", eventSourceArn },
      sourceAccess,
      consumerGroupId,
    };
  }
  return {
    source: {
      kind: "SelfManagedKafka",
      bootstrapServers: parseBootstrapServers(selfManaged),
    },
    sourceAccess,
    consumerGroupId,
  };
}

function parseBootstrapServers(value: unknown): string[] {
  const endpointsName = "SelfManagedEventSource.Endpoints";
  const selfManaged = readObject("SelfManagedEventSource", value, [
    "Endpoints",
  ]);
  const endpoints = readObject(endpointsName, selfManaged["Endpoints"], [
    "KAFKA_BOOTSTRAP_SERVERS",
  ]);
  const name = `${endpointsName}.KAFKA_BOOTSTRAP_SERVERS`;
  return readList(name, endpoints["KAFKA_BOOTSTRAP_SERVERS"], {
    minimum: 1,
    maximum: 10,
  }).map((server, index) =>
    readText(`${name}[${index}]`, server, HOST_AND_PORT, "host:port"),
  );
}

function parseSourceAccess(
  value: unknown,
  isRequired: boolean,
): EventSourceMappingConfiguration["sourceAccess"] {
  if (value === undefined) {
    if (!isRequired) return [];
    throw new EventSourceMappingError(
      "InvalidParameterValueException",
      "Required 'sourceAccessConfigurations' parameter is missing.",
    );
  }
  return readList("SourceAccessConfigurations", value, {
    minimum: 0,
    maximum: 22,
  }).map((entry, index) => {
    const name = `SourceAccessConfigurations[${index}]`;
    const given = readObject(name, entry, ["Type", "URI"]);
    const type = readText(
      `${name}.Type`,
      given["Type"],
      /./,
      `one of ${ACCESS_TYPES.join(", ")}`,
    );
    if (!ACCESS_TYPES.includes(type)) {
      throw invalidParameter(
        `${name}.Type`,
        type,
        `one of ${ACCESS_TYPES.join(", ")}`,
      );
    }
    return {
      type,
      uri: readText(
        `${name}.URI`,
        given["URI"],
        /^\S{1,200}$/,
        "1 to 200 characters without spaces",
      ),
    };
  });
}

function parseGroupId(
  given: Properties,
  ownConfig: string,
  otherConfig: string,
): string | null {
  if (given[otherConfig] !== undefined) {
    throw invalidParameter(
      otherConfig,
      given[otherConfig],
      `nothing: for this event source it is ${ownConfig}`,
    );
  }
  const config = readOptionalObject(ownConfig, given[ownConfig], [
    "ConsumerGroupId",
  ]);
  const groupId = config?.["ConsumerGroupId"];
  if (groupId === undefined) return null;
  return readText(
    `${ownConfig}.ConsumerGroupId`,
    groupId,
    GROUP_ID,
    "1 to 200 characters A-Z a-z 0-9 - / * : _ + = . @",
  );
}
