import { z } from "zod";

import { AWS_ONLY_TYPES } from "./aws-only.ts";
import { parseRate } from "./parse-rate.ts";

const environment = z.record(z.string(), z.coerce.string("expected a text"));
const timeoutSeconds = z.int().min(1).max(900);
const memorySizeMb = z.int().min(128).max(10_240);
const handler = z
  .string()
  .regex(
    /^[\w-]+(\/[\w-]+)*\.\w+$/,
    "expected <path of the module>.<export>, such as functions/name/handler.handler",
  );

const rate = (allowSeconds: boolean) =>
  z.string().transform((text, context): number => {
    const periodMs = parseRate(text, { allowSeconds });
    if (periodMs !== undefined) return periodMs;
    const units = allowSeconds
      ? "seconds, minutes, hours or days"
      : "minutes, hours or days";
    context.addIssue({
      code: "custom",
      message: `is "${text}"; expected rate(N unit) in ${units}, the unit singular for 1`,
    });
    return z.NEVER;
  });

const schedule = z
  .strictObject({
    rate: rate(false),
    enabled: z.boolean().default(true),
    input: z.unknown().optional(),
    inputTransformer: z
      .strictObject({
        inputPathsMap: z.record(z.string(), z.string()).default({}),
        inputTemplate: z.string(),
      })
      .optional(),
  })
  .refine(
    ({ input, inputTransformer }) =>
      input === undefined || inputTransformer === undefined,
    {
      message: "has both input and inputTransformer; expected one of them",
    },
  );

const reference = z.strictObject({ Ref: z.string() });

/** A route of an HTTP API; nobody may ask it anything without having been asked who they are. */
const httpApi = z.strictObject({
  method: z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"], {
    error: "expected one method in capitals, such as GET",
  }),
  path: z
    .string()
    .regex(
      /^(\/|(\/([\w.~-]+|\{\w+\}))+)$/,
      "expected a path such as /songs/{id}, each variable a whole part of it",
    ),
  authorizer: z.strictObject(
    { name: z.string() },
    "expected the name of one of provider.httpApi.authorizers",
  ),
});

const event = z
  .strictObject({ schedule: schedule.optional(), httpApi: httpApi.optional() })
  .refine(
    (declared) => Object.keys(declared).length === 1,
    "expected either schedule or httpApi",
  );

const functionSchema = z.strictObject({
  handler,
  // Who may do what, and how often at once, is a matter of AWS.
  role: z.string().optional(),
  reservedConcurrency: z.int().min(1).optional(),
  description: z.string().optional(),
  timeout: timeoutSeconds.optional(),
  memorySize: memorySizeMb.optional(),
  environment: environment.default({}),
  events: z.array(event).default([]),
});

// Who may ask is found out by API Gateway; here the routes are answered on 127.0.0.1 only.
const authorizer = z.strictObject({
  type: z.literal("jwt"),
  identitySource: z.string(),
  issuerUrl: z.union([reference, z.string()]),
  audience: z.array(z.union([reference, z.string()])).min(1),
});

const provider = z.strictObject({
  name: z.literal("aws"),
  // What the bundles are built for, and what runs the functions here.
  runtime: z.literal("nodejs24.x", {
    error: ({ input }) => `is ${JSON.stringify(input)}; expected nodejs24.x`,
  }),
  architecture: z.enum(["arm64", "x86_64"]).optional(),
  region: z.string(),
  // Network, logs and versions are AWS's; here there is only this machine.
  vpc: z
    .strictObject({
      subnetIds: z.array(reference),
      securityGroupIds: z.array(reference),
    })
    .optional(),
  logRetentionInDays: z.int().optional(),
  versionFunctions: z.boolean().optional(),
  httpApi: z
    .strictObject({ authorizers: z.record(z.string(), authorizer) })
    .default({ authorizers: {} }),
  // Serverless' own defaults.
  memorySize: memorySizeMb.default(1024),
  timeout: timeoutSeconds.default(6),
  environment: environment.default({}),
});

// A number, or a variable of the environment, which is text.
const environmentCount = z
  .union([z.number(), z.string().regex(/^\d+$/).transform(Number)], {
    error: "expected a whole number from 1 to 64",
  })
  .pipe(z.int().min(1).max(64));

// What else stands in `custom` is there for `${self:custom.…}`; check-custom.ts refuses what nothing refers to.
const custom = z.looseObject({
  local: z
    .strictObject({
      schedules: z.record(z.string(), rate(true)).default({}),
      environments: z.record(z.string(), environmentCount).default({}),
      parameters: z.record(z.string(), z.string()).default({}),
    })
    .default({ schedules: {}, environments: {}, parameters: {} }),
  aws: z
    .strictObject({
      environment: z
        .record(
          z.string(),
          z.record(z.string(), z.union([reference, z.string()])),
        )
        .default({}),
    })
    .default({ environment: {} }),
});

const MAPPING_TYPE = "AWS::Lambda::EventSourceMapping";
const mappingResource = z.strictObject({
  Type: z.literal(MAPPING_TYPE),
  Properties: z.looseObject({
    FunctionName: z.strictObject(
      { "Fn::GetAtt": z.tuple([z.string(), z.literal("Arn")]) },
      "expected !GetAtt <function>.Arn",
    ),
  }),
});
const resource = z.discriminatedUnion(
  "Type",
  [
    mappingResource,
    z.strictObject({
      Type: z.enum(AWS_ONLY_TYPES),
      Properties: z.record(z.string(), z.unknown()),
    }),
  ],
  {
    error: ({ input }) =>
      `is ${JSON.stringify(readType(input))}; only ${MAPPING_TYPE} is supported here, and skipped are ${AWS_ONLY_TYPES.join(", ")}`,
  },
);

function readType(input: unknown): unknown {
  return typeof input === "object" && input !== null && "Type" in input
    ? input.Type
    : undefined;
}

const parameter = z.strictObject({
  Type: z.enum([
    "String",
    "AWS::EC2::Subnet::Id",
    "AWS::EC2::SecurityGroup::Id",
  ]),
  Description: z.string().optional(),
  AllowedValues: z.array(z.string()).optional(),
  AllowedPattern: z.string().optional(),
  Default: z.string().optional(),
});

/** The part of Serverless' format that the local runner understands; anything else is a fault. */
export const serverlessSchema = z.strictObject({
  service: z.string(),
  // Ours makes osls load and bundle TypeScript, which the local runner does by itself.
  plugins: z
    .array(z.literal("./compose/serverless/plugin/plugin.ts"))
    .default([]),
  provider,
  // Each function is an archive of its own, which only matters to who deploys them.
  package: z.strictObject({ individually: z.literal(true) }).optional(),
  custom: custom.default({
    local: { schedules: {}, environments: {}, parameters: {} },
    aws: { environment: {} },
  }),
  functions: z.record(z.string().regex(/^[\w-]+$/), functionSchema),
  resources: z
    .strictObject({
      Parameters: z.record(z.string(), parameter).default({}),
      Conditions: z.record(z.string(), z.unknown()).default({}),
      Resources: z.record(z.string(), resource).default({}),
    })
    .default({ Parameters: {}, Conditions: {}, Resources: {} }),
});

export type ServerlessFile = z.output<typeof serverlessSchema>;
