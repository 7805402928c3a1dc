/**
 * Returns text that a terminal shows and does not obey: control characters, and those that turn the direction of
 * writing, are written as escapes. Records come from anybody.
 */
export function printable(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) =>
      `\\u{${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}}`,
  );
}
