/** The part that is used of the client in Lambda's Node runtime, which is no dependency of this project. */
declare module "@aws-sdk/client-secrets-manager" {
  export interface GetSecretValueOutput {
    readonly SecretString?: string;
  }
  export class SecretsManager {
    getSecretValue(input: {
      readonly SecretId: string;
    }): Promise<GetSecretValueOutput>;
  }
}
