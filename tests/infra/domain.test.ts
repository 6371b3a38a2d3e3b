import { expect, test } from "vitest";
import { deployStage } from "./deployment.ts";

const CERTIFICATE =
  "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-4000-8000-000000000000";

const deployment = await deployStage("production", {
  environment: { DOMAIN: "bot.example.com", DOMAIN_CERTIFICATE_ARN: CERTIFICATE },
});

test("the API is reachable by its domain only", () => {
  expect(deployment.one("aws:apigatewayv2/api:Api").inputs).toMatchObject({
    disableExecuteApiEndpoint: true,
  });
  expect(deployment.one("aws:apigatewayv2/domainName:DomainName").inputs).toMatchObject({
    domainName: "bot.example.com",
    domainNameConfiguration: { certificateArn: CERTIFICATE, securityPolicy: "TLS_1_2" },
  });
});

test("functions use the domain as their public URL", () => {
  expect(deployment.one("aws:lambda/function:Function", "AuthorizeFunction").inputs).toMatchObject({
    environment: { variables: { PUBLIC_URL: "https://bot.example.com" } },
  });
});
