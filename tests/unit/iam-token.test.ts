import { DsqlSigner } from "@aws-sdk/dsql-signer";
import { Signer as RdsSigner } from "@aws-sdk/rds-signer";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { signIamToken } from "../../functions/environment/iam-token.ts";

const NOW = new Date("2026-11-28T10:00:00Z");
const REGION = "eu-central-1";
const DSQL_HOST = `abcdefghijklmnopqrstuvwxyz.dsql.${REGION}.on.aws`;
const RDS_HOST = `grantkeep.cluster-abc.${REGION}.rds.amazonaws.com`;

const KEYS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "canary/secret+chars=" };

function useKeys({ sessionToken }: { sessionToken?: string }) {
  vi.stubEnv("AWS_REGION", REGION);
  vi.stubEnv("AWS_ACCESS_KEY_ID", KEYS.accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", KEYS.secretAccessKey);
  vi.stubEnv("AWS_SESSION_TOKEN", sessionToken);
  return { ...KEYS, ...(sessionToken && { sessionToken }) };
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ["Date"] });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

describe.each([{}, { sessionToken: "canary/session+token==" }])("with the keys %j", (session) => {
  test("a token for Aurora DSQL is byte for byte that of the SDK's signer", async () => {
    const credentials = useKeys(session);
    const signer = new DsqlSigner({ hostname: DSQL_HOST, region: REGION, credentials });
    const login = { engine: "dsql", host: DSQL_HOST, port: 5432, user: "grantkeep_test" } as const;

    expect(await signIamToken(login)).toBe(await signer.getDbConnectAuthToken());
    expect(await signIamToken({ ...login, user: "admin" })).toBe(
      await signer.getDbConnectAdminAuthToken(),
    );
  });

  test("a token for Aurora PostgreSQL is byte for byte that of the SDK's signer", async () => {
    const credentials = useKeys(session);
    const username = "grantkeep_a-b";
    const signer = new RdsSigner({
      hostname: RDS_HOST,
      port: 6432,
      region: REGION,
      username,
      credentials,
    });

    expect(
      await signIamToken({ engine: "postgres", host: RDS_HOST, port: 6432, user: username }),
    ).toBe(await signer.getAuthToken());
  });
});

test("a token has the time at which it is signed", async () => {
  useKeys({});
  const login = { engine: "dsql", host: DSQL_HOST, port: 5432, user: "admin" } as const;
  const first = await signIamToken(login);
  vi.setSystemTime(NOW.getTime() + 1_000);

  expect(await signIamToken(login)).not.toBe(first);
});

test("missing credentials are named, without values", async () => {
  useKeys({});
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", undefined);
  const login = { engine: "dsql", host: DSQL_HOST, port: 5432, user: "admin" } as const;

  await expect(signIamToken(login)).rejects.toThrow(
    "The environment variable AWS_SECRET_ACCESS_KEY is missing or malformed.",
  );
});
