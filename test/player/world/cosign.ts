/** cosign: signs digests into the registry, and verifies only what was signed. */
import { INDEX, MANIFEST, parseReference, registryClient } from "../registry-client.ts";
import { type Command, type CommandAnswer, type CommandCall, option, words } from "./commands.ts";

export interface Signature {
  /** `ghcr.io/octo/app` */
  readonly image: string;
  readonly digest: string;
  /** `sign` or `attest`. */
  readonly kind: "sign" | "attest";
  /** Whose: `workflow > job`. */
  readonly who: string;
  /** The identity in the certificate of a keyless signature: the workflow file at its ref; empty with a key. */
  readonly identity: string;
}

const VALUED = [
  "--key",
  "--certificate-identity",
  "--certificate-identity-regexp",
  "--certificate-oidc-issuer",
  "--certificate-oidc-issuer-regexp",
  "--predicate",
  "--type",
  "-a",
  "--annotations",
  "--bundle",
  "--output",
  "-o",
  "--registry-referrers-mode",
];
const BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";

const ok = (stdout = ""): CommandAnswer => ({ code: 0, stdout });
const failed = (message: string): CommandAnswer => ({
  code: 1,
  stderr: `Error: ${message}\nmain.go:74: error during command execution: ${message}`,
});

export function cosign(): { signatures: Signature[]; command: Command } {
  const signatures: Signature[] = [];
  const command: Command = async (call) => {
    const { args } = call;
    const [verb = "", ...images] = words(args, VALUED);
    if (verb === "version") return ok("GitVersion: v3.0.2");
    if (!["sign", "attest", "verify", "verify-attestation"].includes(verb))
      throw new Error(`the stand-in of cosign does not play \`${args.join(" ")}\``);
    if (images.length === 0) return failed("requires at least 1 arg(s), only received 0");
    for (const image of images) {
      const answer =
        verb === "sign" || verb === "attest"
          ? await sign(signatures, call, verb, image)
          : await verify(signatures, call, verb, image);
      if (answer) return answer;
    }
    return ok();
  };
  return { signatures, command };
}

/** Undefined when it went well. The signature hangs on the image's digest as a tag that GHCR counts among the package's versions. */
async function sign(
  signatures: Signature[],
  { args, env, who }: CommandCall,
  kind: "sign" | "attest",
  image: string,
): Promise<CommandAnswer | undefined> {
  const key = option(args, "--key");
  if (!args.includes("--yes") && !args.includes("-y") && key === undefined)
    return failed("should be ran with --yes or in an interactive terminal");
  if (key === undefined && !env["ACTIONS_ID_TOKEN_REQUEST_URL"])
    return failed(
      "getting signer: getting key from Fulcio: retrieving cert: error obtaining token: no identity token: the job lacks id-token: write",
    );
  const { host, repository, target } = parseReference(image);
  const client = registryClient(env, host, repository);
  const found = await client.request("GET", `manifests/${target}`);
  if (found.status !== 200)
    return failed(
      `signing [${image}]: accessing entity: GET https://${host}/v2/${repository}/manifests/${target}: ${found.status}`,
    );
  const digest = found.headers.get("docker-content-digest") ?? target;
  const bytes = Buffer.byteLength(await found.text());
  const empty = await client.pushBlob("application/vnd.oci.empty.v1+json", Buffer.from("{}"));
  const bundle = await client.pushBlob(
    BUNDLE,
    Buffer.from(JSON.stringify({ kind, digest, who, number: signatures.length })),
  );
  const manifest = await client.pushManifest(MANIFEST, {
    schemaVersion: 2,
    mediaType: MANIFEST,
    artifactType: BUNDLE,
    config: empty,
    layers: [bundle],
    subject: { mediaType: found.headers.get("content-type") ?? MANIFEST, digest, size: bytes },
  });
  const tag = digest.replace(":", "-");
  const before = await client.request("GET", `manifests/${tag}`);
  const manifests = before.status === 200 ? ((await before.json()) as { manifests: object[] }).manifests : [];
  await client.pushManifest(
    INDEX,
    { schemaVersion: 2, mediaType: INDEX, manifests: [...manifests, { ...manifest, artifactType: BUNDLE }] },
    tag,
  );
  signatures.push({
    image: `${host}/${repository}`,
    digest,
    kind,
    who,
    identity: key === undefined ? `https://github.com/${env["GITHUB_WORKFLOW_REF"] ?? ""}` : "",
  });
  return undefined;
}

async function verify(
  signatures: readonly Signature[],
  { args, env }: CommandCall,
  verb: string,
  image: string,
): Promise<CommandAnswer | undefined> {
  const kind = verb === "verify" ? "sign" : "attest";
  const { host, repository, target } = parseReference(image);
  const found = await registryClient(env, host, repository).request("HEAD", `manifests/${target}`);
  const digest = found.headers.get("docker-content-digest") ?? "";
  const identity = option(args, "--certificate-identity");
  const pattern = option(args, "--certificate-identity-regexp");
  if (option(args, "--key") === undefined) {
    if (identity === undefined && pattern === undefined)
      return failed(
        "--certificate-identity or --certificate-identity-regexp is required for verification in keyless mode",
      );
    if (option(args, "--certificate-oidc-issuer", "--certificate-oidc-issuer-regexp") === undefined)
      return failed(
        "--certificate-oidc-issuer or --certificate-oidc-issuer-regexp is required for verification in keyless mode",
      );
  }
  const mine = signatures.filter(
    (signature) =>
      signature.kind === kind && signature.image === `${host}/${repository}` && signature.digest === digest,
  );
  if (mine.length === 0) return failed("no signatures found");
  if (
    mine.some(
      (signature) =>
        (identity === undefined || signature.identity === identity) &&
        (pattern === undefined || new RegExp(pattern, "u").test(signature.identity)),
    )
  )
    return undefined;
  return failed("no matching signatures: none of the expected identities matched what was in the certificate");
}
