const CERTIFICATE = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g;
/** Excludes RDS Proxy, whose certificates are issued by other authorities. */
const RDS_HOST =
  /^(?!.*\.proxy-).*\.(?<region>[a-z]{2}(?:-[a-z]+)+-\d)\.rds\.amazonaws\.com(?:\.cn)?$/;

/**
 * Returns the certificate authorities of the region of an RDS host, or all of them if none names the region.
 *
 * Amazon's bundle has more than a hundred, and parsing all of them would slow down every cold start.
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
