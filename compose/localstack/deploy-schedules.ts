import {
  DeleteRuleCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  type Target,
} from "@aws-sdk/client-eventbridge";
import {
  AddPermissionCommand,
  ResourceConflictException,
} from "@aws-sdk/client-lambda";

import type { ScheduleInput } from "#compose/scheduler/schedule.ts";
import type { ScheduleDeclaration } from "#compose/serverless/declaration.ts";
import { formatRate } from "#compose/serverless/format-rate.ts";
import type { DeploymentClients } from "./clients.ts";

// Rules with other names are not ours.
const RULE_PREFIX = "music-streaming-";
const TARGET_ID = "function";

/** Makes rules for exactly these schedules: others of ours are removed, and one that is as it should be is left alone. */
export async function deploySchedules(
  clients: DeploymentClients,
  schedules: readonly ScheduleDeclaration[],
  functionArns: ReadonlyMap<string, string>,
): Promise<void> {
  const wanted = new Set(schedules.map(({ name }) => name));
  for (const name of await listRules(clients)) {
    if (!wanted.has(name)) await removeRule(clients, name);
  }
  for (const schedule of schedules) {
    const arn = functionArns.get(schedule.functionName);
    if (arn === undefined)
      throw new TypeError(`${schedule.functionName} is not deployed.`);
    await deploySchedule(clients, schedule, arn);
  }
}

async function deploySchedule(
  clients: DeploymentClients,
  schedule: ScheduleDeclaration,
  functionArn: string,
): Promise<void> {
  const { events, lambda } = clients;
  const { name } = schedule;
  const expression = formatRate(schedule.declaredPeriodMs);
  const target: Target = {
    Id: TARGET_ID,
    Arn: functionArn,
    ...describeInput(schedule.input),
  };
  const existing = await readRule(clients, name);
  if (existing !== undefined) {
    if (existing === describeRule(expression, [target])) return;
    // LocalStack fires once more per minute for each time that a rule is given its targets.
    await removeRule(clients, name);
  }
  const rule = await events.send(
    new PutRuleCommand({ Name: name, ScheduleExpression: expression }),
  );
  await allowInvocation(lambda, name, schedule.functionName, rule.RuleArn);
  await events.send(new PutTargetsCommand({ Rule: name, Targets: [target] }));
}

function describeInput(
  input: ScheduleInput,
): Pick<Target, "Input" | "InputTransformer"> {
  if (input.kind === "event") return {};
  if (input.kind === "constant") return { Input: JSON.stringify(input.value) };
  return {
    InputTransformer: {
      InputPathsMap: { ...input.inputPathsMap },
      InputTemplate: input.inputTemplate,
    },
  };
}

async function allowInvocation(
  lambda: DeploymentClients["lambda"],
  ruleName: string,
  functionName: string,
  ruleArn: string | undefined,
): Promise<void> {
  try {
    await lambda.send(
      new AddPermissionCommand({
        FunctionName: functionName,
        StatementId: ruleName,
        Action: "lambda:InvokeFunction",
        Principal: "events.amazonaws.com",
        SourceArn: ruleArn,
      }),
    );
  } catch (error) {
    // An earlier deployment has given it.
    if (!(error instanceof ResourceConflictException)) throw error;
  }
}

async function listRules({ events }: DeploymentClients): Promise<string[]> {
  const { Rules: rules = [] } = await events.send(
    new ListRulesCommand({ NamePrefix: RULE_PREFIX }),
  );
  return rules.map(({ Name: name }) => name ?? "");
}

/** What a rule does as one text, to be compared; undefined when there is none. */
async function readRule(
  { events }: DeploymentClients,
  name: string,
): Promise<string | undefined> {
  const { Rules: rules = [] } = await events.send(
    new ListRulesCommand({ NamePrefix: name }),
  );
  const rule = rules.find((candidate) => candidate.Name === name);
  if (rule === undefined) return undefined;
  const { Targets: targets = [] } = await events.send(
    new ListTargetsByRuleCommand({ Rule: name }),
  );
  return describeRule(rule.ScheduleExpression, targets);
}

function describeRule(
  expression: string | undefined,
  targets: readonly Target[],
): string {
  return JSON.stringify([
    expression,
    targets.map(({ Id, Arn, Input, InputTransformer }) => [
      Id,
      Arn,
      Input,
      InputTransformer?.InputTemplate,
      Object.entries(InputTransformer?.InputPathsMap ?? {}).sort(
        ([first], [second]) => first.localeCompare(second),
      ),
    ]),
  ]);
}

async function removeRule(
  { events }: DeploymentClients,
  name: string,
): Promise<void> {
  const { Targets: targets = [] } = await events.send(
    new ListTargetsByRuleCommand({ Rule: name }),
  );
  const ids = targets.map(({ Id: id }) => id ?? "");
  if (ids.length > 0)
    await events.send(new RemoveTargetsCommand({ Rule: name, Ids: ids }));
  await events.send(new DeleteRuleCommand({ Name: name }));
}
