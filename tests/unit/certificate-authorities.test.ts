import { expect, test } from "vitest";
import { authoritiesOf } from "../../functions/environment/certificate-authorities.ts";
import { createCertificateAuthority } from "../support/certificates.ts";

const HOST = "grantkeep.cluster-abc.eu-west-1.rds.amazonaws.com";

const here = createCertificateAuthority("Amazon RDS eu-west-1 Root CA RSA2048 G1").cert;
const elsewhere = createCertificateAuthority("Amazon RDS us-east-1 Root CA RSA2048 G1").cert;
const other = createCertificateAuthority("Amazon Root CA 1").cert;
const all = [other, elsewhere, here].join("");

test("an RDS host is verified only by the authorities of its region", () => {
  expect(authoritiesOf(HOST, all)).toBe(here.trim());
});

test("a region whose name is the prefix of another is not mistaken for it", () => {
  expect(authoritiesOf(HOST.replace("eu-west-1", "eu-west-12"), all)).toBe(all);
});

test.each([
  ["a host elsewhere", "db.example.com"],
  ["a host that only looks like RDS", "eu-west-1.rds.amazonaws.com.example.com"],
  [
    "a proxy, which another authority of Amazon's vouches for",
    `x.proxy-abc.eu-west-1.rds.amazonaws.com`,
  ],
  ["a region that no authority names", HOST.replace("eu-west-1", "ap-south-2")],
])("all authorities are kept for %s", (_, host) => {
  expect(authoritiesOf(host, all)).toBe(all);
});
