/** A response of an AWS service. */
export interface AwsReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

export function awsReply(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): AwsReply {
  return { status, headers, body: JSON.stringify(value) };
}

/** Returns an error response. SDKs read its type from the header, the AWS CLI from the body. */
export function awsError(status: number, type: string, message: string): AwsReply {
  return awsReply(status, { __type: type, message }, { "x-amzn-errortype": type });
}
