/** What of AWS LocalStack is to be. */
export const SERVICES = "lambda,s3,sqs,sns,iam,sts,logs,events";
