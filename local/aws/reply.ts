/** An answer of an AWS service, its body already JSON. */
export interface AwsReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function awsReply(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): AwsReply {
  return { status, headers, body: JSON.stringify(value) };
}

/** A failure: SDKs read its type in a header, the AWS CLI in the body. */
export function awsError(status: number, type: string, message: string): AwsReply {
  return awsReply(status, { __type: type, message }, { "x-amzn-errortype": type });
}
