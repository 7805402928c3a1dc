import { describe, expect, test } from "vitest";

import { DECLARATION_TEXT, readText } from "./declaration-text.ts";

/** The small declaration with its resources in a list, behind two files. */
const SPLIT_TEXT = DECLARATION_TEXT.replace(
  /^resources:\n([^]*)$/m,
  (_, resources: string) =>
    `resources:\n  - \${file(./aws/parameters.yml)}\n  - \${file(./aws/roles.yml)}\n  -${resources.replaceAll(/^/gm, "  ").slice(3)}`,
)
  .replace("  local:\n", "  local:\n    parameters: { Servers: 'a:1,b:2' }\n")
  .replace(
    /!Split \[",", .*\]/,
    '!If [UsesMsk, !Ref AWS::NoValue, !Split [",", !Ref Servers]]',
  )
  .replace(
    "BatchSize: 1000",
    "BatchSize: 1000\n          MetricsConfig: { Metrics: [EventCount] }\n          EventSourceArn: !If [UsesMsk, !Ref ClusterArn, !Ref AWS::NoValue]",
  );
const PARAMETERS = `
Parameters:
  Kind:
    Type: String
    AllowedValues: [msk, self-managed]
    Default: self-managed
  Servers: { Type: String }
  ClusterArn: { Type: String }
Conditions:
  UsesMsk: !Equals [!Ref Kind, msk]
  UsesOwn: !Not [!Equals [!Ref Kind, msk]]
`;
const ROLES = `
Resources:
  SweepRole:
    Type: AWS::IAM::Role
    Properties:
      Policies: [!Sub "arn:\${AWS::Partition}:iam", !Select [0, [!GetAtt A.Arn]]]
`;

const readSplit = (
  text = SPLIT_TEXT,
  { parameters = PARAMETERS, roles = ROLES } = {},
) =>
  readText(
    text,
    {},
    { "./aws/parameters.yml": parameters, "./aws/roles.yml": roles },
  );

/** Replaces a piece that must be there. */
function replace(text: string, piece: string, by: string): string {
  expect(text).toContain(piece);
  return text.replace(piece, by);
}

test("a mapping is what CloudFormation would make of it with this machine's parameters", () => {
  const { mappings } = readSplit();

  expect(mappings[0]?.configuration).toMatchObject({
    source: { kind: "SelfManagedKafka", bootstrapServers: ["a:1", "b:2"] },
    batchSize: 1000,
  });
});

test("a condition chooses by the parameter's value, not by its default", () => {
  const text = replace(SPLIT_TEXT, "{ Servers:", "{ Kind: msk, Servers:");

  expect(() => readSplit(text)).toThrow(
    "resources.Resources.UsersMapping.Properties: the parameter ClusterArn has no value here; give it a Default or one in custom.local.parameters",
  );
});

test("a condition may be the opposite of another's question", () => {
  const text = replace(
    SPLIT_TEXT,
    "!If [UsesMsk, !Ref AWS::NoValue, !Split",
    "!If [UsesOwn, !Split",
  ).replace("!Ref Servers]]", "!Ref Servers], !Ref AWS::NoValue]");

  expect(readSplit(text).mappings[0]?.configuration.source).toMatchObject({
    bootstrapServers: ["a:1", "b:2"],
  });
});

describe("what is not understood is refused by name:", () => {
  test.each([
    [
      "another function of CloudFormation",
      "!Ref Servers]",
      "!Select [0, !Ref Servers]]",
      "UsersMapping.Properties: Fn::Select is not understood by the local runner",
    ],
    [
      "a reference to nothing",
      "!Ref Servers]",
      "!Ref Server]",
      "UsersMapping.Properties: !Ref Server is no parameter",
    ],
    [
      "a condition that is not there",
      "!If [UsesMsk, !Ref ClusterArn",
      "!If [UsesMks, !Ref ClusterArn",
      "UsersMapping.Properties: there is no condition UsesMks",
    ],
    [
      "an If without an else",
      "!If [UsesMsk, !Ref ClusterArn, !Ref AWS::NoValue]",
      "!If [UsesMsk, !Ref ClusterArn]",
      "UsersMapping.Properties: Fn::If expects a list of 3",
    ],
    [
      "a parameter that is not there",
      "{ Servers:",
      "{ Server: x, Servers:",
      "custom.local.parameters.Server: there is no such parameter",
    ],
    [
      "variables on AWS of a function that is not there",
      "  local:\n",
      "  aws: { environment: { swep: { A: b } } }\n  local:\n",
      "custom.aws.environment.swep: there is no such function",
    ],
    [
      "a part of resources that is no file",
      "${file(./aws/roles.yml)}",
      "${s3(./aws/roles.yml)}",
      "resources[1]: is no group",
    ],
  ])("%s", (_, piece, by, fault) => {
    expect(() => readSplit(replace(SPLIT_TEXT, piece, by))).toThrow(fault);
  });

  test.each([
    [
      "a type of resource in a file",
      { roles: replace(ROLES, "AWS::IAM::Role", "AWS::Lambda::Permission") },
      'resources.Resources.SweepRole.Type: is "AWS::Lambda::Permission"; only AWS::Lambda::EventSourceMapping is supported here',
    ],
    [
      "a name that two files declare",
      { roles: replace(ROLES, "SweepRole", "UsersMapping") },
      "UsersMapping: is declared twice",
    ],
    [
      "a type of parameter",
      { parameters: replace(PARAMETERS, "Type: String\n", "Type: Number\n") },
      "resources.Parameters.Kind.Type:",
    ],
    [
      "a section of a template",
      { parameters: `${PARAMETERS}\nMappings: { A: {} }` },
      "resources.Mappings: is not understood by the local runner",
    ],
    [
      "a tag",
      { roles: replace(ROLES, "!GetAtt", "!ImportValue") },
      "Unresolved tag: !ImportValue",
    ],
  ])("%s", (_, files, fault) => {
    expect(() => readSplit(SPLIT_TEXT, files)).toThrow(fault);
  });
});
