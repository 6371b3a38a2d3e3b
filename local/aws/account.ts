/** The account in every ARN of local mode. */
export const ACCOUNT_ID = "000000000000";

/** The region in every ARN of local mode. Signatures may use any region. */
export const REGION = "us-east-1";
