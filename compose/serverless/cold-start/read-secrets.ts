import { PipelineError } from "#shared/errors.ts";

/** Asks for a secret's text. */
export type GetSecret = (arn: string) => Promise<string | undefined>;

const SECRET_ARN = /^arn:[\w-]+:secretsmanager:/;

/**
 * Puts the secret into the place of every variable that holds its ARN. So a function's configuration, which more
 * people may read than the secret, holds no password, and the code that reads settings knows nothing of secrets.
 */
export async function readSecrets(
  environment: Record<string, string | undefined>,
  getSecret: GetSecret = getFromSecretsManager,
): Promise<void> {
  const references = Object.entries(environment).filter(
    (entry): entry is [string, string] => SECRET_ARN.test(entry[1] ?? ""),
  );
  await Promise.all(
    references.map(async ([name, arn]) => {
      const secret = await getSecret(arn);
      if (secret === undefined || secret === "") {
        throw new PipelineError(
          `${name} refers to the secret ${arn}, which holds no text. Store the value itself as the secret's text.`,
          { code: "secret_empty", domain: "user" },
        );
      }
      environment[name] = secret;
    }),
  );
}

async function getFromSecretsManager(arn: string): Promise<string | undefined> {
  const { SecretsManager } = await import("@aws-sdk/client-secrets-manager");
  return (await new SecretsManager().getSecretValue({ SecretId: arn }))
    .SecretString;
}
