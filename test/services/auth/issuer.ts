import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTHeaderParameters, SignJWT } from "jose";

export const AUDIENCE = "agentwire-tests";

/** A key of an issuer, and what it publishes of it. */
export interface Key {
  readonly kid: string;
  readonly alg: string;
  readonly secret: CryptoKey;
  readonly published: JWK;
}

export async function newKey(kid: string, alg = "RS256"): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  return { kid, alg, secret: privateKey, published: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" } };
}

/** What a token is made of beside the usual; undefined leaves a member out. */
export interface Making {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly key?: Key;
}

interface Broken {
  readonly status: number;
  readonly body: string;
}

/** An OpenID issuer on a socket: a discovery document, a key set, and the tokens it has signed. */
export class Issuer {
  /** The keys that it publishes. */
  keys: Key[] = [];
  keysPath = "/jwks";
  /** How often the discovery document and the keys were fetched. */
  readonly fetched = { discovery: 0, keys: 0 };
  /** What comes in the place of the key set, and of the discovery document. */
  broken: Broken | undefined;
  brokenDiscovery: Broken | undefined;
  url = "";
  #server: Server | undefined;

  private constructor(readonly key: Key) {
    this.keys = [key];
  }

  static async start(): Promise<Issuer> {
    const issuer = new Issuer(await newKey("k1"));
    await issuer.up();
    return issuer;
  }

  /** Listens, on the port that it had before. */
  async up(): Promise<void> {
    const server = createServer(({ url }, response) => {
      const isDiscovery = url === "/.well-known/openid-configuration";
      this.fetched[isDiscovery ? "discovery" : "keys"] += 1;
      const gone = { status: 404, body: "" };
      const brokenKeys = url === this.keysPath ? this.broken : gone;
      const broken = isDiscovery ? this.brokenDiscovery : brokenKeys;
      response.writeHead(broken?.status ?? 200, { "content-type": "application/json" });
      const keys = this.keys.map(({ published }) => published);
      const document = isDiscovery ? { issuer: this.url, jwks_uri: this.jwksUri } : { keys };
      response.end(broken?.body ?? JSON.stringify(document));
    });
    const port = this.url === "" ? 0 : Number(new URL(this.url).port);
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async down(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    await new Promise((resolve) => {
      if (!server) return resolve(undefined);
      server.close(resolve);
      server.closeAllConnections();
    });
  }

  get jwksUri(): string {
    return this.url + this.keysPath;
  }

  /** A good token of `alice`, unless it is made otherwise. */
  token({ claims = {}, header = {}, key = this.key }: Making = {}): Promise<string> {
    const usual = { sub: "alice", iss: this.url, aud: AUDIENCE, exp: nowSeconds() + 300 };
    const protectedHeader = { alg: key.alg, kid: key.kid, typ: "JWT", ...header } as JWTHeaderParameters;
    return new SignJWT({ ...usual, ...claims }).setProtectedHeader(protectedHeader).sign(key.secret);
  }

  /** What anybody can write: `alg: none`, and no signature. */
  unsigned(): string {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const claims = { sub: "eve", iss: this.url, aud: AUDIENCE, exp: nowSeconds() + 300 };
    return `${part({ alg: "none", kid: this.key.kid })}.${part(claims)}.`;
  }
}

export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
