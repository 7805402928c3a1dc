/**
 * Returns the CloudFormation name that Serverless gives a function: "-" becomes "Dash", "_" "Underscore", the first
 * letter upper case, and "LambdaFunction" follows (osls, lib/plugins/aws/lib/naming.js).
 */
export function nameLambdaResource(functionName: string): string {
  const normalized = functionName
    .replaceAll("-", "Dash")
    .replaceAll("_", "Underscore");
  return `${normalized.charAt(0).toUpperCase()}${normalized.slice(1)}LambdaFunction`;
}
