import type { Declaration } from "#compose/serverless/declaration.ts";
import { readDeclaration } from "#compose/serverless/read-declaration.ts";

/** A small declaration with one of everything that the reader understands. */
export const DECLARATION_TEXT = `
service: music
provider:
  name: aws
  runtime: nodejs24.x
  architecture: arm64
  region: \${env:AWS_REGION, 'eu-central-1'}
  memorySize: 512
  timeout: 60
  environment:
    KAFKA_BOOTSTRAP_SERVERS: \${env:KAFKA_BOOTSTRAP_SERVERS, 'localhost:9092'}
custom:
  group: load-users
  access:
    - Type: VPC_SUBNET
      URI: subnet:\${env:SUBNET_ID, 'subnet-local'}
  local:
    schedules:
      produce-batch: rate(1 second)
    environments:
      load_users: 3
functions:
  produce-batch:
    handler: functions/produce-batch/handler.handler
    description: Sends plays
    timeout: 30
    memorySize: 256
    events:
      - schedule:
          rate: rate(5 minutes)
          enabled: true
          inputTransformer:
            inputPathsMap:
              time: $.time
            inputTemplate: >-
              {"time": <time>, "period": "5m", "rate": \${env:RATE, '20'}}
  load_users:
    handler: functions/load-users/handler.run
    environment: &ingest
      DATABASE_URL: \${env:INGEST_DATABASE_URL, env:DATABASE_URL, ''}
  sweep:
    handler: functions/sweep/handler.handler
    environment:
      <<: *ingest
      GROUP: \${self:custom.group}
    events:
      - schedule:
          rate: rate(1 hour)
          input:
            sweep: true
resources:
  Resources:
    UsersMapping: &mapping
      Type: AWS::Lambda::EventSourceMapping
      Properties: &properties
        FunctionName: !GetAtt LoadUnderscoreusersLambdaFunction.Arn
        SelfManagedEventSource:
          Endpoints:
            KafkaBootstrapServers: !Split [",", "\${env:KAFKA_BOOTSTRAP_SERVERS, 'localhost:9092'}"]
        SourceAccessConfigurations: \${self:custom.access}
        BatchSize: 1000
        Topics: [users]
        SelfManagedKafkaEventSourceConfig:
          ConsumerGroupId: \${self:custom.group}
    SweptMapping:
      <<: *mapping
      Properties:
        <<: *properties
        Topics: [swept]
`;

/** Replaces a piece of the declaration that occurs exactly once. */
export function replaceOnce(piece: string, by: string): string {
  const parts = DECLARATION_TEXT.split(piece);
  if (parts.length !== 2) {
    throw new Error(
      `"${piece}" occurs ${parts.length - 1} times, expected once`,
    );
  }
  return parts.join(by);
}

/** Reads a declaration whose files are these: path to content. */
export function readText(
  text: string,
  environment: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, string>> = {},
): Declaration {
  return readDeclaration(text, environment, (path) => {
    const content = files[path];
    if (content === undefined) throw new Error(`${path} is not there`);
    return content;
  });
}
