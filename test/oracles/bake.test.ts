/** The bake files that are laid over a repository's own, as Docker's own buildx reads them. Nothing is built: it needs no daemon. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PlannedPart } from "../support/program-folder.ts";
import { type Machine, startMachine } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

const SHA = "abc1234def5678901234567890abcdef12345678";
const entry = { name: "all", platforms: ["linux/amd64", "linux/arm64"], runner: "ubuntu-24.04" };
const OWN = `
variable "FLAVOUR" { default = "plain" }
group "push" { targets = ["web"] }
target "base" {
  args = { FLAVOUR = FLAVOUR }
}
target "web" {
  inherits = ["base"]
  dockerfile = "deploy/Dockerfile"
  args = { VERSION = "dev" }
  tags = ["web:dev"]
  attest = ["type=sbom", "type=provenance,mode=min"]
  output = ["type=docker"]
  platforms = ["linux/s390x"]
}
`;

interface Printed {
  target: Record<string, { [key: string]: unknown; attest: { type: string; disabled?: boolean; mode?: string }[] }>;
}

describe.skipIf(missing("buildx"))("docker buildx bake", () => {
  let machine: Machine;
  let folder = "";
  beforeAll(() => {
    machine = startMachine();
    folder = mkdtempSync(join(tmpdir(), "pipewright-bake-"));
    mkdirSync(join(folder, "deploy"));
    writeFileSync(join(folder, "deploy/docker-bake.hcl"), OWN);
  });
  afterAll(async () => {
    await machine.stop();
    rmSync(folder, { recursive: true });
  });

  const print = async (plan: PlannedPart, group: string, kind: string, files: string[], run = {}): Promise<Printed> => {
    const prepared = await machine.run(
      "prepare-build",
      {
        GROUP: group,
        PLAN: JSON.stringify({
          class: "main",
          tag: "sha-abc1234",
          sha: SHA,
          version: "1.2.3",
          created: "2026-02-04T10:00:00Z",
          push: false,
          candidates: [],
          staging: "stage-abc1234-{platform}",
          cacheBranch: "main",
          branch: "main",
          ...run,
        }),
      },
      { plan },
    );
    expect(prepared.code, prepared.log).toBe(0);
    const words = [...files, join(machine.temp, "bake.json")].flatMap((file) => ["--file", file]);
    const text = execFileSync("buildx", ["bake", "--print", ...words, `pipewright-${kind}`], {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    return JSON.parse(text) as Printed;
  };

  const baked: PlannedPart = {
    builds: {
      web: {
        image: "ghcr.io/acme/web",
        bake: { group: "stack", file: "deploy/docker-bake.hcl", target: "web" },
        args: { VERSION: "{version}", LITERAL: "${FLAVOUR} %{if true} $HOME" },
        labels: { "com.example.branch": "{branch}" },
        cache: "gha",
        cacheScope: "web",
        attested: true,
        sbom: false,
        provenance: "max",
        entries: { main: [entry], pullRequest: [entry] },
      },
    },
  };
  const FILES = ["deploy/docker-bake.hcl"];

  it("takes a target of the repository's file, with what the plan says over it", async () => {
    const { target } = await print(baked, "stack", "push", FILES);
    expect(Object.keys(target)).toEqual(["pipewright-push-web"]);
    expect(target["pipewright-push-web"]).toMatchObject({
      context: ".",
      dockerfile: "deploy/Dockerfile",
      // As it is: what bake prints it could read again, so it escapes the text anew.
      args: { FLAVOUR: "plain", VERSION: "1.2.3", LITERAL: "$${FLAVOUR} %%{if true} $HOME" },
      labels: { "org.opencontainers.image.revision": SHA, "com.example.branch": "main" },
      tags: ["ghcr.io/acme/web:stage-abc1234-all"],
      platforms: ["linux/amd64", "linux/arm64"],
      output: [{ type: "registry" }],
    });
    expect(target["pipewright-push-web"]?.attest).toEqual([
      { type: "sbom", disabled: true },
      { type: "provenance", mode: "max" },
    ]);
  });

  it("attests nothing of what is not for people, whatever the repository's file says", async () => {
    for (const kind of ["layers", "archive", "push"]) {
      const { target } = await print(baked, "stack", kind, FILES, { class: "pullRequest" });
      const [only] = Object.values(target);
      expect(only?.attest, kind).toEqual([
        { type: "sbom", disabled: true },
        { type: "provenance", disabled: true },
      ]);
    }
  });

  it("keeps layers where the first of the builds leaves them, and writes an archive of one platform", async () => {
    const layers = (await print(baked, "stack", "layers", FILES)).target["pipewright-layers-web"];
    expect(layers).toMatchObject({
      output: [{ type: "cacheonly" }],
      "cache-from": [{ type: "gha", scope: "web-all" }],
      "cache-to": [{ type: "gha", scope: "web-all", mode: "max", "ignore-error": "true" }],
    });
    const archive = (await print(baked, "stack", "archive", FILES)).target["pipewright-archive-web"];
    expect(archive).toMatchObject({
      tags: ["ghcr.io/acme/web:sha-abc1234"],
      platforms: ["linux/amd64"],
      output: [{ type: "docker", dest: join(machine.temp, "image-web.tar") }],
    });
    expect(archive).not.toHaveProperty("cache-to");
  });

  it("finds a Dockerfile that lies elsewhere than its context", async () => {
    const plan: PlannedPart = {
      builds: {
        app: { context: "src/app", dockerfile: "deploy/Dockerfile", target: "final", entries: { main: [entry] } },
      },
    };
    const { target } = await print(plan, "app", "push", []);
    expect(target["pipewright-push-app"]).toMatchObject({
      context: "src/app",
      dockerfile: "../../deploy/Dockerfile",
      target: "final",
    });
  });
});
