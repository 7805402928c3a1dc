import { expect, test } from "vitest";

import { computeEtag, matchesEtag } from "#functions/dashboard/compute-etag.ts";

test("an ETag is weak, and the same for the same texts", () => {
  expect(computeEtag(["a", "b"])).toMatch(/^W\/"[\w-]{22}"$/);
  expect(computeEtag(["a", "b"])).toBe(computeEtag(["a", "b"]));
});

test.for([[["a", "c"]], [["ab"]], [["a", "b", ""]], [["b", "a"]]])(
  "other texts have another one: %j",
  ([parts = []]) => {
    expect(computeEtag(parts)).not.toBe(computeEtag(["a", "b"]));
  },
);

test.for(['W/"a"', '"a"', 'W/"b", W/"a"', '"b","a"', "*"])(
  "%s names the ETag",
  (header) => {
    expect(matchesEtag(header, 'W/"a"')).toBe(true);
  },
);

test.for(["", 'W/"b"', "a", 'W/"A"', 'w/"a"', '"a', "W/"])(
  "%j does not name the ETag",
  (header) => {
    expect(matchesEtag(header, 'W/"a"')).toBe(false);
  },
);
