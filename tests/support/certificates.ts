import {
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from "node:crypto";
import net from "node:net";

/** A key with its certificate, in PEM, as `node:tls` takes them. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** A certificate authority that signs certificates for names and addresses. */
export interface CertificateAuthority {
  readonly cert: string;
  issue(...hosts: readonly string[]): Certificate;
}

const DAY_MS = 86_400_000;

// Object identifiers in DER: RFC 8410 (Ed25519) and RFC 5280 (the rest).
const ED25519 = sequence(der(0x06, Buffer.from("2b6570", "hex")));
const COMMON_NAME = der(0x06, Buffer.from("550403", "hex"));
const BASIC_CONSTRAINTS = der(0x06, Buffer.from("551d13", "hex"));
const SUBJECT_ALT_NAME = der(0x06, Buffer.from("551d11", "hex"));

/** Makes an authority with a new key. */
export function createCertificateAuthority(name = "Test CA"): CertificateAuthority {
  const authority = generateKeyPairSync("ed25519");
  const issuer = { name, key: authority.privateKey };
  const isAuthority = sequence(der(0x01, Buffer.from([0xff])));
  return {
    cert: certify(name, authority.publicKey, extension(BASIC_CONSTRAINTS, isAuthority), issuer),
    issue: (...hosts) => issue(hosts, issuer),
  };
}

/** Makes a certificate that nobody vouches for. */
export function createSelfSignedCertificate(...hosts: readonly string[]): Certificate {
  return issue(hosts);
}

interface Issuer {
  readonly name: string;
  readonly key: KeyObject;
}

function issue(hosts: readonly string[], issuer?: Issuer): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const names = extension(SUBJECT_ALT_NAME, sequence(...hosts.map(generalName)));
  const signer = issuer ?? { name: "Test server", key: privateKey };
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: certify("Test server", publicKey, names, signer),
  };
}

/** @see RFC 5280, section 4.1 */
function certify(subject: string, publicKey: KeyObject, extensions: Buffer, issuer: Issuer) {
  const version3 = der(0xa0, der(0x02, Buffer.from([2])));
  const serial = der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)]));
  const body = sequence(
    version3,
    serial,
    ED25519,
    commonName(issuer.name),
    sequence(utcTime(Date.now() - DAY_MS), utcTime(Date.now() + DAY_MS)),
    commonName(subject),
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(extensions)),
  );
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign(null, body, issuer.key)]));
  return new X509Certificate(sequence(body, ED25519, signature)).toString();
}

function commonName(name: string): Buffer {
  return sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(name)))));
}

function extension(identifier: Buffer, value: Buffer): Buffer {
  return sequence(identifier, der(0x04, value));
}

function generalName(host: string): Buffer {
  if (!net.isIPv4(host)) return der(0x82, Buffer.from(host));
  return der(0x87, Buffer.from(host.split(".").map(Number)));
}

function utcTime(time: number): Buffer {
  const digits = new Date(time).toISOString().replace(/\D/g, "");
  return der(0x17, Buffer.from(`${digits.slice(2, 14)}Z`));
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

/** A tag, a length and a value: of DER, what a certificate needs. */
function der(tag: number, value: Uint8Array): Buffer {
  const { length } = value;
  const bytes = length < 0x100 ? [length] : [length >> 8, length & 0xff];
  const size = length < 0x80 ? bytes : [0x80 + bytes.length, ...bytes];
  return Buffer.concat([Buffer.from([tag, ...size]), value]);
}
