import { ApiError } from "./api.ts";

const UNREACHABLE = ["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT"];

const EXPIRED = ["ExpiredToken", "ExpiredTokenException"];
const REFUSED = [
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "SignatureDoesNotMatch",
  "UnrecognizedClientException",
];

/** Creates an error with one sentence that says why a call to AWS failed and what to do. */
export function describeAwsFailure(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if (error instanceof ApiError) return error;
  return new Error(toSentence(error));
}

/** Returns whether the connection was refused. */
export function isUnreachable(error: unknown): boolean {
  return codeOf(error) === "ECONNREFUSED";
}

function toSentence(error: Error): string {
  const { name, message } = error;
  const [line = ""] = message.split("\n");
  if (line === "Region is missing") {
    return "No AWS region is set. Set AWS_REGION, or a region in the AWS profile.";
  }
  if (line.startsWith("Could not load credentials")) {
    return "No AWS credentials were found. Set AWS_PROFILE, or sign in with the AWS CLI.";
  }
  // For a profile, the message names the command that signs in.
  if (name === "CredentialsProviderError") return line;
  if (EXPIRED.includes(name)) return "The AWS credentials have expired. Sign in again.";
  if (REFUSED.includes(name)) return `AWS does not accept the credentials (${name}).`;
  const code = codeOf(error);
  if (code !== undefined && UNREACHABLE.includes(code)) {
    return `AWS cannot be reached: ${error.cause instanceof Error ? error.cause.message : line}`;
  }
  // For denied access, the message names the action and the resource.
  return name === "Error" ? line : `${line} (${name})`;
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("code" in error && typeof error.code === "string") return error.code;
  return error.cause === undefined ? undefined : codeOf(error.cause);
}
