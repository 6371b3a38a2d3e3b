const CERTIFICATE = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g;
/** Not a proxy, whose certificate is of another authority of Amazon's. */
const RDS_HOST =
  /^(?!.*\.proxy-).*\.(?<region>[a-z]{2}(?:-[a-z]+)+-\d)\.rds\.amazonaws\.com(?:\.cn)?$/;

/**
 * Of certificate authorities in PEM, those of the region that an RDS host is in, which name it. Amazon's file has
 * more than a hundred, which a cold start would read all. All of them, when none names the region.
 *
 * @see [Using SSL/TLS with RDS](https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html)
 */
export function authoritiesOf(host: string, pem: string): string {
  const { region } = RDS_HOST.exec(host)?.groups ?? {};
  if (region === undefined) return pem;
  const ofRegion = [...pem.matchAll(CERTIFICATE)].filter(([, base64 = ""]) =>
    Buffer.from(base64, "base64").includes(`Amazon RDS ${region} `),
  );
  return ofRegion.length > 0 ? ofRegion.map(([certificate]) => certificate).join("\n") : pem;
}
