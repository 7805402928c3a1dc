import { isGroup } from "./is-group.ts";

/** What CloudFormation knows when it carries out a template. */
export interface TemplateContext {
  /** Parameter to its value; one without is asked for when a stack is made. */
  readonly parameters: Readonly<Record<string, string | undefined>>;
  readonly conditions: Readonly<Record<string, unknown>>;
}

/** Thrown for what the local runner cannot carry out; the message names it. */
export class EvaluationError extends Error {
  override readonly name = "EvaluationError";
}

// Stands for a property, or an item of a list, that is not there.
const NO_VALUE = Symbol("AWS::NoValue");

/**
 * Carries out `Ref` (to parameters), `Fn::If`, `Fn::Equals`, `Fn::Not`, `Fn::Join` and `Fn::Split`, as CloudFormation
 * does when it deploys. Throws EvaluationError for another function and for what has no value.
 */
export function evaluateTemplate(
  node: unknown,
  context: TemplateContext,
): unknown {
  if (Array.isArray(node)) return evaluateList(node, context);
  if (!isGroup(node)) return node;
  const [[key, argument] = ["", undefined], ...others] = Object.entries(node);
  if (others.length === 0 && (key === "Ref" || key.startsWith("Fn::")))
    return callFunction(key, argument, context);
  return Object.fromEntries(
    Object.entries(node)
      .map(([name, value]) => [name, evaluateTemplate(value, context)] as const)
      .filter(([, value]) => value !== NO_VALUE),
  );
}

function evaluateList(
  list: readonly unknown[],
  context: TemplateContext,
): unknown[] {
  return list
    .map((item) => evaluateTemplate(item, context))
    .filter((item) => item !== NO_VALUE);
}

function callFunction(
  name: string,
  argument: unknown,
  context: TemplateContext,
): unknown {
  if (name === "Ref") return readReference(argument, context);
  if (name === "Fn::If") {
    const [condition, yes, no] = takeList(name, argument, 3);
    const chosen = readCondition(condition, context) ? yes : no;
    return evaluateTemplate(chosen, context);
  }
  if (name === "Fn::Equals") {
    const [left, right] = evaluateList(takeList(name, argument, 2), context);
    return left === right;
  }
  if (name === "Fn::Not") {
    const [inner] = evaluateList(takeList(name, argument, 1), context);
    return !takeBoolean(name, inner);
  }
  if (name === "Fn::Join") {
    const [separator, items] = evaluateList(
      takeList(name, argument, 2),
      context,
    );
    return takeTexts(name, items).join(takeText(name, separator));
  }
  if (name === "Fn::Split") {
    const [separator, text] = evaluateList(
      takeList(name, argument, 2),
      context,
    );
    return takeText(name, text).split(takeText(name, separator));
  }
  throw new EvaluationError(`${name} is not understood by the local runner`);
}

function readReference(
  name: unknown,
  { parameters }: TemplateContext,
): unknown {
  if (name === "AWS::NoValue") return NO_VALUE;
  const isParameter =
    typeof name === "string" && Object.hasOwn(parameters, name);
  if (!isParameter)
    throw new EvaluationError(
      `!Ref ${String(name)} is no parameter, and nothing else is known to the local runner`,
    );
  const value = parameters[name];
  if (value === undefined)
    throw new EvaluationError(
      `the parameter ${name} has no value here; give it a Default or one in custom.local.parameters`,
    );
  return value;
}

function readCondition(name: unknown, context: TemplateContext): boolean {
  const { conditions } = context;
  if (typeof name !== "string" || !Object.hasOwn(conditions, name))
    throw new EvaluationError(`there is no condition ${String(name)}`);
  return takeBoolean(name, evaluateTemplate(conditions[name], context));
}

function takeList(name: string, value: unknown, length: number): unknown[] {
  if (Array.isArray(value) && value.length === length) return value;
  throw new EvaluationError(`${name} expects a list of ${length}`);
}

function takeBoolean(name: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw new EvaluationError(`${name} expects a condition`);
}

function takeText(name: string, value: unknown): string {
  if (typeof value === "string") return value;
  throw new EvaluationError(`${name} expects a text`);
}

function takeTexts(name: string, value: unknown): string[] {
  if (Array.isArray(value)) return value.map((item) => takeText(name, item));
  throw new EvaluationError(`${name} expects a list of texts`);
}
