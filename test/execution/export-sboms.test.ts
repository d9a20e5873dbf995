/** Bills of materials that hang on images become files of the release. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type PushedImage, pushIndex, pushImage } from "../support/images.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import { type Machine, startMachine } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

const SPDX = "https://spdx.dev/Document";

describe.skipIf(missing("docker-registry"))("export-sboms.mjs", () => {
  let registry: Registry;
  let machine: Machine;
  let count = 0;
  let repository = "";
  beforeAll(async () => {
    registry = await startRegistry();
    machine = startMachine({ "ghcr.io": registry.host });
  });
  afterAll(async () => {
    await machine.stop();
    await registry.stop();
  });
  beforeEach(() => {
    registry.clearFaults();
    repository = `acme/app-${(count += 1)}`;
    rmSync(join(machine.temp, "release"), { recursive: true, force: true });
  });

  const url = (path: string): string => `http://${registry.direct}/v2/${repository}/${path}`;
  async function blob(content: string): Promise<{ digest: string; size: number }> {
    const digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
    const started = await fetch(url("blobs/uploads/"), { method: "POST" });
    const location = new URL(started.headers.get("location") ?? "", url(""));
    location.searchParams.set("digest", digest);
    await fetch(location, { method: "PUT", body: content });
    return { digest, size: Buffer.byteLength(content) };
  }

  /** What BuildKit hangs on an index for one of its images ("Image attestation storage"). */
  async function bill(of: PushedImage, name: string) {
    const config = await blob("{}");
    const layer = await blob(JSON.stringify({ predicateType: SPDX, predicate: { spdxVersion: "SPDX-2.3", name } }));
    const mediaType = "application/vnd.oci.image.manifest.v1+json";
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType,
      config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config },
      layers: [
        {
          mediaType: "application/vnd.in-toto+json",
          ...layer,
          annotations: { "in-toto.io/predicate-type": SPDX },
        },
      ],
    });
    const { digest, size } = await blob(manifest);
    await fetch(url(`manifests/${digest}`), { method: "PUT", body: manifest, headers: { "content-type": mediaType } });
    return {
      descriptor: { mediaType, digest, size },
      platform: "unknown/unknown",
      annotations: {
        "vnd.docker.reference.type": "attestation-manifest",
        "vnd.docker.reference.digest": of.digest,
      },
    };
  }
  async function push(...platforms: string[]): Promise<string> {
    const images = await Promise.all(
      platforms.map((platform) => pushImage(registry, repository, { platform, layers: [platform] })),
    );
    const bills = await Promise.all(images.map((image) => bill(image, image.platform)));
    return (await pushIndex(registry, repository, { manifests: [...images, ...bills] })).digest;
  }
  const take = (digest: string, sboms = ["app"]) =>
    machine.run(
      "export-sboms",
      { TARGET: "github", DIGESTS: JSON.stringify({ app: digest }) },
      {
        plan: {
          builds: { app: { image: `ghcr.io/${repository}` } },
          publish: {
            github: { kind: "githubRelease", on: ["release"], secrets: [], sboms, notes: false, checksums: false },
          },
        },
      },
    );
  const files = (): string[] => readdirSync(join(machine.temp, "release"));

  it("writes one file an image, and one a platform where there are several", async () => {
    const one = await take(await push("linux/amd64"));
    expect(one.code, one.log).toBe(0);
    expect(files()).toEqual(["sbom-app.spdx.json"]);
    expect(JSON.parse(readFileSync(join(machine.temp, "release/sbom-app.spdx.json"), "utf8"))).toEqual({
      spdxVersion: "SPDX-2.3",
      name: "linux/amd64",
    });
    rmSync(join(machine.temp, "release"), { recursive: true });
    expect((await take(await push("linux/amd64", "linux/arm64/v8"))).code).toBe(0);
    expect(files().sort()).toEqual(["sbom-app-linux-amd64.spdx.json", "sbom-app-linux-arm64-v8.spdx.json"]);
  });

  it("takes only what the release is to hold", async () => {
    expect((await take(await push("linux/amd64"), [])).code).toBe(0);
    expect(files()).toEqual([]);
  });

  it("says what is missing", async () => {
    const bare = await pushImage(registry, repository, { platform: "linux/amd64" });
    expect((await take(bare.digest)).log).toContain("carries no bill of materials. Set `sbom: true`");
    expect((await take("")).log).toContain("There is no digest of app");
    const digest = await push("linux/amd64");
    registry.fault({ kind: "status", status: 500 });
    expect(await take(digest)).toMatchObject({ code: 1, log: expect.stringContaining("cannot be read") });
  });
});
