/** A function as osls holds it. */
export interface ServerlessFunction {
  handler: string;
  environment?: Record<string, unknown>;
  readonly events?: readonly unknown[];
  package?: { artifact?: string };
}

/** The part of osls that the plugin uses. */
export interface Serverless {
  readonly serviceDir: string;
  readonly service: {
    readonly functions: Record<string, ServerlessFunction>;
    readonly custom: {
      readonly aws: {
        /** Function to its variables on AWS, in the place of those for other servers. */
        readonly environment: Readonly<
          Record<string, Readonly<Record<string, unknown>>>
        >;
      };
    };
  };
}
