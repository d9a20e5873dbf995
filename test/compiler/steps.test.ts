/** The steps that all workflows are made of. */
import { describe, expect, it } from "vitest";
import { knownAction } from "../../src/actions/catalogue.ts";
import { useAction } from "../../src/compiler/steps/action.ts";
import { downloadArtifact, uploadArtifact } from "../../src/compiler/steps/artifacts.ts";
import { programOf, runScript, useProgram } from "../../src/compiler/steps/program.ts";
import { loginToOwnRegistry } from "../../src/compiler/steps/registry.ts";
import { checkout } from "../../src/compiler/steps/sources.ts";
import { environmentName } from "../../src/pipeline/local-images.ts";
import { saveToolCache, setUpTools } from "../../src/compiler/steps/tools.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { localImage } from "../../src/pipeline/local-images.ts";
import type { Pipeline } from "../../src/pipeline/types.ts";
import { isCommented } from "../../src/workflow/model.ts";
import { planOf, smallConfig } from "../support/plan-of.ts";
import { plain } from "../support/read-workflows.ts";

const pipelineOf = (change: Partial<ConfigInput> = {}): Pipeline => planOf(smallConfig(change)).pipeline;
const pipeline = pipelineOf();
const SHA = "0123456789abcdef0123456789abcdef01234567";

describe("useAction", () => {
  it("uses the catalogue's pin, with the version as a comment, and a time limit", () => {
    const known = knownAction("actions/checkout");
    const { uses, ...step } = useAction(pipeline, "actions/checkout", { name: "Check out" });
    expect(plain(uses)).toBe(`actions/checkout@${known?.sha}`);
    expect(isCommented(uses) && uses.behind).toBe(known?.version);
    expect(step).toEqual({ name: "Check out", "timeout-minutes": 5 });
  });

  it("prefers the config's own pin, and takes actions that only the config knows", () => {
    const own = pipelineOf({
      actions: { "actions/checkout": { version: "v3.6.0", sha: SHA }, "acme/deploy": { version: "v1", sha: SHA } },
    });
    expect(plain(useAction(own, "actions/checkout", { name: "x" }).uses)).toBe(`actions/checkout@${SHA}`);
    expect(plain(useAction(own, "acme/deploy", { name: "x" }).uses)).toBe(`acme/deploy@${SHA}`);
  });

  it("leaves out inputs without a value, and keeps those that are false or empty", () => {
    const step = useAction(pipeline, "actions/checkout", {
      name: "x",
      with: { ref: undefined, "fetch-depth": 0, lfs: false, path: "" },
    });
    expect(step.with).toEqual({ "fetch-depth": 0, lfs: false, path: "" });
    expect(useAction(pipeline, "actions/checkout", { name: "x", with: { ref: undefined } })).not.toHaveProperty("with");
  });

  it("stops on an action without a pin: the invariants find that first", () => {
    expect(() => useAction(pipeline, "acme/unknown", { name: "x" })).toThrow("acme/unknown");
  });
});

describe("useProgram", () => {
  it("takes a program from the workflow's own repository and commit, with its inputs", () => {
    const step = useProgram("check-needs", { name: "Check", id: "check", with: { needs: "{}" }, env: { A: 1 } });
    expect(step).toEqual({
      name: "Check",
      id: "check",
      "timeout-minutes": 5,
      uses: "$/.github/pipewright/check-needs",
      with: { needs: "{}" },
      env: { A: 1 },
    });
    expect(programOf(step)).toBe("check-needs");
    expect(programOf(runScript({ name: "x" }, "true\n"))).toBeUndefined();
  });

  it("leaves out inputs without a value, and keeps those that are false or empty", () => {
    const step = useProgram("take-image", {
      name: "x",
      with: { digest: "", trusted: false, build: undefined } as never,
    });
    expect(step.with).toEqual({ digest: "", trusted: false });
    expect(useProgram("check-needs", { name: "x", env: {} })).not.toHaveProperty("env");
    expect(useProgram("check-needs", { name: "x" })).not.toHaveProperty("with");
  });

  it("leaves an empty environment away", () => {
    expect(runScript({ name: "x", env: {} }, "true\n")).toEqual({
      name: "x",
      "timeout-minutes": 5,
      shell: "bash",
      run: "true\n",
    });
  });
});

describe("steps", () => {
  it("check out without leaving a token behind", () => {
    expect(checkout(pipeline).with).toEqual({ "persist-credentials": false });
    expect(checkout(pipeline, { ref: "abc", depth: 1 }).with).toEqual({ ref: "abc", "persist-credentials": false });
    expect(checkout(pipeline, { depth: 0, submodules: true, lfs: true, allowFork: "x" }).with).toEqual({
      "fetch-depth": 0,
      submodules: true,
      lfs: true,
      "allow-unsafe-pr-checkout": "x",
      "persist-credentials": false,
    });
  });

  it("log in by one program, which tries again by itself: with the job's token, or with the config's secrets", () => {
    const [only, ...others] = loginToOwnRegistry(pipeline);
    expect(only).toMatchObject({
      uses: "$/.github/pipewright/log-in",
      with: { registry: "ghcr.io", password: "${{ github.token }}" },
    });
    expect(only?.with).not.toHaveProperty("username");
    expect(others).toEqual([]);
    const [own] = loginToOwnRegistry(
      pipelineOf({ registry: { host: "quay.io:8443", namespace: "a", username: "U", password: "P" } }),
    );
    expect(own).toMatchObject({
      with: { registry: "quay.io:8443", username: "${{ secrets.U }}", password: "${{ secrets.P }}" },
    });
    expect(loginToOwnRegistry({ ...pipeline, registry: undefined })).toEqual([]);
  });

  it("upload one path as a line and several as a list, and download from another run with a token only", () => {
    expect(uploadArtifact(pipeline, { title: "x", name: "n", paths: ["a"], keepDays: 3 }).with).toEqual({
      name: "n",
      path: "a",
      "if-no-files-found": "error",
      "retention-days": 3,
    });
    expect(uploadArtifact(pipeline, { title: "x", name: "n", paths: ["a", "b"], keepDays: 3 }).with?.["path"]).toBe(
      "a\nb\n",
    );
    expect(downloadArtifact(pipeline, { title: "x", name: "n", path: "p" }).with).toEqual({ name: "n", path: "p" });
    expect(downloadArtifact(pipeline, { title: "x", name: "n", path: "p", runId: "${{ 1 }}" }).with).toMatchObject({
      "run-id": "${{ 1 }}",
      "github-token": "${{ github.token }}",
    });
  });
});

describe("tools", () => {
  it("are set up in one order, without the setup actions' own caches", () => {
    const steps = setUpTools(pipeline, { java: 21, go: "1.25", python: "3.13", node: 24 });
    expect(steps.map((step) => [String(plain(step.uses)).split("@")[0], step.with])).toEqual([
      ["actions/setup-node", { "node-version": "24", "package-manager-cache": false }],
      ["actions/setup-python", { "python-version": "3.13" }],
      ["actions/setup-go", { "go-version": "1.25", cache: false }],
      ["actions/setup-java", { distribution: "temurin", "java-version": "21" }],
    ]);
    expect(setUpTools(pipeline, undefined)).toEqual([]);
  });

  it.each(["npm", "pip", "go", "maven"] as const)(
    "restore the %s cache by its lock files, and save it where asked, unless it was found",
    (cache) => {
      const [restore] = setUpTools(pipeline, { cache });
      const [save] = saveToolCache(pipeline, { cache }, "onlyIf");
      expect(restore?.with?.["key"]).toMatch(/^\w+-\$\{\{ runner\.os \}\}-\$\{\{ hashFiles\('.+'\) \}\}$/);
      // Not hashed again: the tests may have brought lock files of their own, under node_modules for one.
      expect(restore?.id).toBe("cache");
      expect(save?.with?.["key"]).toBe("${{ steps.cache.outputs.cache-primary-key }}");
      expect(restore?.with?.["restore-keys"]).toBe(`${cache}-\${{ runner.os }}-`);
      expect(save?.if).toBe("onlyIf && steps.cache.outputs.cache-hit != 'true'");
      expect(saveToolCache(pipeline, { node: 24 }, "onlyIf")).toEqual([]);
    },
  );
});

describe("names in a test job", () => {
  const consumerOf = (change: ConfigInput) => {
    const { pipeline: planned } = planOf(change);
    const [consumer] = planned.consumers;
    if (!consumer) throw new Error("No consumer.");
    return { planned, consumer };
  };

  it("of images are the config's local tag, or the project and the build", () => {
    const tagged = consumerOf(smallConfig({ consumers: { smoke: { needs: "app", run: "x", localTag: "mine:1" } } }));
    expect(localImage(tagged.planned, tagged.consumer, "app")).toBe("mine:1");
    const plainOne = consumerOf(smallConfig());
    expect(localImage(plainOne.planned, plainOne.consumer, "app")).toBe("shop-app:local");
    const same = consumerOf(smallConfig({ project: "app" }));
    expect(localImage(same.planned, same.consumer, "app")).toBe("app:local");
  });

  it("of variables are upper-case", () => {
    expect(["app", "rate-limit", "a-b-c"].map(environmentName)).toEqual(["APP", "RATE_LIMIT", "A_B_C"]);
  });
});
