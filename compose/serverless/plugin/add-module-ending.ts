/** Turns `functions/name/handler.run` into `functions/name/handler.ts.run`; osls looks for JavaScript only. */
export function addModuleEnding(handler: string): string {
  const dot = handler.lastIndexOf(".");
  return `${handler.slice(0, dot)}.ts${handler.slice(dot)}`;
}
