import { expect, test } from "vitest";

import { resolveVariables } from "#compose/serverless/resolve-variables.ts";

test.each<[text: string, value: unknown]>([
  ["${env:A}", "a"],
  ["${env:NONE, 'default'}", "default"],
  ["${env:NONE, env:A, 'default'}", "a"],
  ["${env:EMPTY, 'default'}", ""],
  ["${env:NONE, ''}", ""],
  ['${env:NONE, "a, {b}"}', "a, {b}"],
  ["${env:NONE, 5}", 5],
  ["<${env:A}-${env:NONE, 'x'}>", "<a-x>"],
  ["${self:group.list}", ["a", 1]],
  ["${self:group.missing, 'none'}", "none"],
  ["${self:chain}!", "a!"],
  ["$ {env:A} $.time", "$ {env:A} $.time"],
])("%s is resolved", (text, value) => {
  const document = {
    text,
    group: { list: ["${env:A}", 1] },
    chain: "${self:link}",
    link: "${env:A}",
  };

  const resolved = resolveVariables(document, { A: "a", EMPTY: "" });

  expect(resolved.faults).toEqual([]);
  expect(resolved.value).toMatchObject({ text: value });
});

test.each([
  [
    "${env:NONE}",
    "text: ${env:NONE} cannot be resolved; set what it names, or give it a fallback such as ''",
  ],
  [
    "${self:nothing}",
    "text: ${self:nothing} cannot be resolved; set what it names, or give it a fallback such as ''",
  ],
  [
    "${ssm:/key}",
    'text: ${ssm:/key} holds "ssm:/key"; expected env:NAME, self:path or a quoted text',
  ],
  [
    "${env:A, ${env:B}}",
    'text: "${env:A, ${env:B}}" holds a reference that does not end, or one inside another, which is not supported',
  ],
  [
    "${env:A",
    'text: "${env:A" holds a reference that does not end, or one inside another, which is not supported',
  ],
  [
    "x${self:group}",
    "text: ${self:group} is no text, number or boolean, so it cannot be a part of a text",
  ],
  ["${self:text}", "text: ${self:text} refers to itself"],
])("%s is a fault", (text, fault) => {
  const { faults } = resolveVariables({ text, group: { a: 1 } }, {});

  expect(faults).toContain(fault);
});
