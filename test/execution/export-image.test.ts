/** Bringing what the builder holds to where it goes, with a docker that does what a test tells it. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { PlannedPart } from "../support/program-folder.ts";
import { type Machine, type ProgramResult, startMachine } from "../support/run-program.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const entry = { name: "amd64", platforms: ["linux/amd64"], runner: "ubuntu-24.04" };
const app = (fallback = false): PlannedPart => ({ builds: { app: { entries: { main: [entry] }, fallback } } });

describe("export-image", () => {
  let machine: Machine;
  let tools = "";
  beforeEach(() => {
    machine = startMachine();
    tools = mkdtempSync(join(tmpdir(), "pipewright-tools-"));
    return async () => {
      await machine.stop();
      rmSync(tools, { recursive: true });
    };
  });

  const tool = (name: string, script: string): void => {
    writeFileSync(join(tools, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(tools, name), 0o755);
  };
  /** A docker that fails so many times, and then writes the metadata that bake would. */
  const docker = (
    failures: number,
    metadata: unknown = { "pipewright-push-app": { "containerimage.digest": DIGEST } },
  ) => {
    writeFileSync(join(tools, "metadata"), JSON.stringify(metadata));
    tool(
      "docker",
      `echo "docker $*" >> "${tools}/calls"
[ "$(grep -c ^docker "${tools}/calls")" -gt ${failures} ] || { echo "ERROR: 503 from the registry"; exit 1; }
while [ $# -gt 0 ]; do [ "$1" != --metadata-file ] || cp "${tools}/metadata" "$2"; shift; done`,
    );
  };
  const calls = (): string[] =>
    existsSync(join(tools, "calls")) ? readFileSync(join(tools, "calls"), "utf8").trim().split("\n") : [];
  const run = (
    environment: Record<string, string>,
    { plan = app(), env = {} }: { plan?: PlannedPart; env?: Record<string, string> } = {},
  ): Promise<ProgramResult> =>
    machine.run(
      "export-image",
      {
        TO: "push",
        GROUP: "app",
        CLASS: "main",
        RETRY_DELAY: "0",
        PATH: `${tools}${delimiter}${process.env["PATH"] ?? ""}`,
        ...environment,
      },
      { plan, env },
    );
  const words = (target: string, ...files: string[]): string => {
    const given = [...files, `${machine.temp}/bake.json`].map((file) => `--file ${file}`).join(" ");
    const metadata = `${machine.temp}/bake-metadata.json`;
    return `docker buildx bake --progress=plain --allow=fs=* --metadata-file ${metadata} ${given} ${target}`;
  };

  it("pushes what the builder holds, and gives its digest", async () => {
    docker(0);
    const result = await run({});
    expect(result.code, result.log).toBe(0);
    expect(result.outputs).toEqual({ digest: DIGEST });
    expect(calls()).toEqual([words("pipewright-push")]);
  });

  it("lays its file over the bake file of the repository, whose digests are told apart by who publishes", async () => {
    docker(0, { "pipewright-push-web": { "containerimage.digest": DIGEST } });
    const plan: PlannedPart = {
      builds: {
        web: { bake: { group: "stack", file: "deploy/docker-bake.hcl", target: "web" }, entries: { main: [entry] } },
      },
    };
    const result = await run({ GROUP: "stack" }, { plan });
    expect(result.code, result.log).toBe(0);
    expect(result.outputs).toEqual({ digest: "" });
    expect(calls()).toEqual([words("pipewright-push", "deploy/docker-bake.hcl")]);
  });

  it("pushes a base image, whose build stands in no other plan", async () => {
    docker(0, { "pipewright-push-site": { "containerimage.digest": DIGEST } });
    expect((await run({ GROUP: "site", CLASS: "" })).outputs).toEqual({ digest: DIGEST });
    expect(calls()).toEqual([words("pipewright-push")]);
  });

  it("saves an archive", async () => {
    docker(0, {});
    const result = await run({ TO: "archive" });
    expect(result).toMatchObject({ code: 0, outputs: {} });
    expect(calls()).toEqual([words("pipewright-archive")]);
  });

  it("tries a push again while the registry fails", async () => {
    docker(2);
    const result = await run({});
    expect(result).toMatchObject({ code: 0, outputs: { digest: DIGEST } });
    expect(calls()).toHaveLength(3);
  });

  it("has the plan's one policy of retries, where there is one", async () => {
    docker(4);
    const retry = { attempts: 5, delaySeconds: 1, growth: "exponential", jitter: 0 } as const;
    expect((await run({}, { plan: { ...app(), retry } })).code).toBe(0);
    expect(calls()).toHaveLength(5);
  });

  it.each([
    ["main", false, 1],
    ["main", true, 1],
    ["release", true, 1],
    ["nightly", true, 1],
    ["pullRequest", false, 1],
    ["pullRequest", true, 0],
    ["feature", true, 0],
    ["queue", true, 0],
  ])("ends a run of the class %s with fallback %s in %d where a push fails for good", async (kind, fallback, code) => {
    docker(9);
    const result = await run({ CLASS: kind }, { plan: app(fallback) });
    expect(calls()).toHaveLength(3);
    // Only ever true: of a matrix, the job that ends last would else take it back.
    expect([result.code, result.outputs]).toEqual([code, code === 0 ? { unpushed: "true" } : {}]);
    if (code === 0) expect(result.log).toContain("::warning::The image could not be pushed. The tests take it from");
    else expect(result.log).toContain("::error::The image could not be pushed. Once the registry works again");
    expect(result.log).toContain(`Class: ${kind}`);
  });

  it("ends where an archive cannot be saved, whatever the class", async () => {
    docker(9);
    const result = await run({ TO: "archive", CLASS: "pullRequest" }, { plan: app(true) });
    expect(result).toMatchObject({
      code: 1,
      outputs: {},
      log: expect.stringContaining("The image could not be saved."),
    });
  });

  it("logs in anew before each push, where a login lasts for minutes only", async () => {
    docker(1);
    tool("flyctl", `echo "flyctl $*" >> "${tools}/calls"`);
    await run({}, { env: { FLY_API_TOKEN: "FlyV1 fm2_token" } });
    expect(calls()).toEqual([
      "flyctl auth docker",
      words("pipewright-push"),
      "flyctl auth docker",
      words("pipewright-push"),
    ]);
  });
});
