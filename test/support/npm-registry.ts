/** A small npm registry on a loopback port: publishing, reading, and the exchange of a workflow's identity for a token. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

interface Packument {
  readonly name: string;
  readonly versions: Record<
    string,
    { readonly version: string; readonly dist: { readonly integrity: string; readonly tarball: string } }
  >;
  readonly "dist-tags": Record<string, string>;
}
interface Published extends Packument {
  readonly access?: string;
  readonly _attachments: Record<string, { readonly data: string }>;
}

export interface NpmRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly authorization: string | undefined;
}

export interface NpmRegistry {
  readonly url: string;
  readonly packages: Map<string, Packument>;
  /** `name@version` -> the bytes that were published. */
  readonly tarballs: Map<string, Buffer>;
  readonly access: Map<string, string | undefined>;
  readonly requests: readonly NpmRequest[];
  /** Answers the next requests that match with this status; `lost` does what was asked, and then drops the connection. */
  fault(fault: { status: number | "lost"; method: string; times?: number }): void;
  stop(): Promise<void>;
}

/** Publishing takes one of the tokens; ID tokens (of `identity`) are exchanged for one. */
export async function startNpmRegistry({ token, identity }: { token: string; identity: string }): Promise<NpmRegistry> {
  const packages = new Map<string, Packument>();
  const tarballs = new Map<string, Buffer>();
  const access = new Map<string, string | undefined>();
  const requests: NpmRequest[] = [];
  const faults: { status: number | "lost"; method: string; left: number }[] = [];
  let url = "";

  function publish(name: string, body: Published): { status: number; body: unknown } {
    const known = packages.get(name) ?? { name, versions: {}, "dist-tags": {} };
    for (const [version, manifest] of Object.entries(body.versions)) {
      if (known.versions[version])
        return {
          status: 403,
          body: { error: `You cannot publish over the previously published versions: ${version}.` },
        };
      const [attachment] = Object.values(body._attachments);
      const bytes = Buffer.from(attachment?.data ?? "", "base64");
      const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
      if (manifest.dist.integrity !== integrity)
        return { status: 400, body: { error: "the tarball is not what its integrity says" } };
      known.versions[version] = { ...manifest, dist: { ...manifest.dist, integrity } };
      tarballs.set(`${name}@${version}`, bytes);
    }
    Object.assign(known["dist-tags"], body["dist-tags"]);
    packages.set(name, known);
    access.set(name, body.access);
    return { status: 201, body: { ok: true } };
  }

  function respond(
    method: string,
    path: string,
    authorization: string | undefined,
    text: string,
  ): { status: number; body: unknown } {
    if (path.startsWith("/identity")) return { status: 200, body: { value: identity } };
    if (path.startsWith("/-/npm/v1/oidc/token/exchange/package/")) {
      return authorization === `Bearer ${identity}`
        ? { status: 201, body: { token } }
        : { status: 401, body: { message: "no such identity" } };
    }
    const name = decodeURIComponent(path.slice(1).split("?")[0] ?? "");
    if (method === "GET") {
      const found = packages.get(name);
      return found ? { status: 200, body: found } : { status: 404, body: { error: "Not found" } };
    }
    if (method !== "PUT") return { status: 405, body: { error: "Method not allowed" } };
    if (authorization !== `Bearer ${token}`)
      return { status: 401, body: { error: "You must be logged in to publish packages." } };
    return publish(name, JSON.parse(text) as Published);
  }

  const server = createServer((incoming, answer) => {
    void (async () => {
      const method = incoming.method ?? "GET";
      const path = incoming.url ?? "/";
      const { authorization } = incoming.headers;
      const text = await readText(incoming);
      const index = faults.findIndex(
        (one) => one.method === method && !path.startsWith("/-/") && !path.startsWith("/identity"),
      );
      const fault = faults[index];
      if (fault && (fault.left -= 1) <= 0) faults.splice(index, 1);
      const result =
        typeof fault?.status === "number"
          ? { status: fault.status, body: { error: "injected by the test" } }
          : respond(method, path, authorization, text);
      requests.push({ method, path, status: result.status, authorization });
      if (fault?.status === "lost") {
        incoming.socket.destroy();
        return;
      }
      answer.writeHead(result.status, { "content-type": "application/json" });
      answer.end(JSON.stringify(result.body));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    packages,
    tarballs,
    access,
    requests,
    fault: ({ status, method, times = Infinity }) => void faults.push({ status, method, left: times }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}
