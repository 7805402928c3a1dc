import {
  isNode,
  Pair,
  parseDocument,
  Scalar,
  YAMLMap,
  type CollectionTag,
  type ScalarTag,
} from "yaml";

import { invalidDeclaration } from "./invalid-declaration.ts";

const SCALAR_TAGS: readonly ScalarTag[] = [
  {
    tag: "!GetAtt",
    resolve: (text) => ({ "Fn::GetAtt": text.split(".") }),
  },
  { tag: "!Ref", resolve: (text) => ({ Ref: text }) },
  { tag: "!Sub", resolve: (text) => ({ "Fn::Sub": text }) },
];
const LIST_TAGS = ["Equals", "If", "Join", "Not", "Select", "Split", "Sub"].map(
  (name): CollectionTag => ({
    tag: `!${name}`,
    collection: "seq",
    // The list stays a node, so that aliases and tags within it are resolved with the rest.
    resolve: (list) => {
      const map = new YAMLMap();
      if (isNode(list))
        map.items.push(new Pair(new Scalar(`Fn::${name}`), list));
      return map;
    },
  }),
);

/**
 * Parses serverless.yml or a part of it: merge keys, and CloudFormation's tags in their long form.
 * Throws `invalid_declaration` naming every fault with its line, an unknown tag and a repeated key among them.
 */
export function parseYaml(text: string): unknown {
  const document = parseDocument(text, {
    merge: true,
    customTags: [...SCALAR_TAGS, ...LIST_TAGS],
    prettyErrors: true,
  });
  // An unknown tag is only a warning to the parser, which then goes on without it.
  const faults = [...document.errors, ...document.warnings].map(
    ({ message }) => message.split("\n")[0] ?? message,
  );
  if (faults.length > 0) throw invalidDeclaration(faults);
  return document.toJS();
}
