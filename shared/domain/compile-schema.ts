import {
  Ajv,
  type ErrorObject,
  type SchemaObject,
  type ValidateFunction,
} from "ajv";

import { invalidSchema, type Undecodable } from "./decoded.ts";

// `verbose` puts the failed part of the schema, whose description is the expectation, into the error; it costs
// nothing while values are valid.
const ajv = new Ajv({ verbose: true, allowUnionTypes: true });

/** Compiles a JSON Schema (draft-07) once; the result checks without copying and narrows to `Value`. */
export function compileSchema<Value>(
  schema: SchemaObject,
): ValidateFunction<Value> {
  return ajv.compile<Value>(schema);
}

/** Says what the validator that has just returned false did not like, without the value it found. */
export function describeViolation({
  errors,
}: Pick<ValidateFunction, "errors">): Undecodable {
  const error = errors?.[0];
  if (error === undefined)
    throw new TypeError(
      "A validator that found no error was asked to describe one.",
    );
  if (error.keyword === "required") {
    return invalidSchema(
      `${error.instancePath}/${String(error.params["missingProperty"])}`,
      "is missing",
    );
  }
  return invalidSchema(
    error.instancePath === "" ? "/" : error.instancePath,
    `expected ${expectation(error)}`,
  );
}

function expectation({ keyword, params, parentSchema }: ErrorObject): string {
  if (keyword === "type" && params["type"] === "object") return "an object";
  const description: unknown = parentSchema?.["description"];
  return typeof description === "string"
    ? description
    : `its ${keyword} rule to hold`;
}
