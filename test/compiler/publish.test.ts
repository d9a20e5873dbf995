import { describe, expect, it } from "vitest";
import charon from "../../examples/charon/ci.config.ts";
import { compileWorkflows } from "../../src/compiler/compile.ts";
import { planOf, smallConfig } from "../support/plan-of.ts";

const publishEnvironment = (file: string): Record<string, unknown> => {
  const { pipeline } = planOf({ ...charon, moveTags: "at-build" });
  const workflow = compileWorkflows(pipeline).find(({ path }) => path.endsWith(file))?.workflow;
  return workflow?.jobs["publish-charon"]?.steps?.find((step) => step.id === "publish")?.env ?? {};
};

describe('moveTags: "at-build"', () => {
  it("moves the channel of the pushed branch, and its copies, when a build is published", () => {
    const { TAGS, COPIES } = publishEnvironment("docker-build.yml");
    expect(TAGS).toBe(
      "${{ needs.plan.outputs.tag }} ${{ github.event_name == 'push' && github.ref_name == 'main' && 'latest' || github.event_name == 'push' && github.ref_name == 'development' && 'dev' || '' }}",
    );
    expect(COPIES).toContain("github.ref_name == 'development' && 'docker.io/wikid82/charon:dev'");
  });

  it("copies nothing where nothing is copied", () => {
    const { pipeline } = planOf(smallConfig({ moveTags: "at-build", branches: { integration: ["dev"] } }));
    const publish = compileWorkflows(pipeline).find(({ path }) => path.endsWith("/build.yml"))?.workflow.jobs[
      "publish-app"
    ];
    expect(publish?.steps?.find((step) => step.id === "publish")?.env).toMatchObject({ COPIES: "" });
  });

  it("moves the nightly channel when a nightly build is published", () => {
    expect(publishEnvironment("nightly-build.yml")).toMatchObject({
      TAGS: "${{ needs.plan.outputs.tag }} nightly",
      COPIES: "docker.io/wikid82/charon:nightly",
    });
  });

  it("moves nothing when a release's build is published: its tests are still to come", () => {
    expect(publishEnvironment("release.yml")).toMatchObject({ TAGS: "${{ needs.plan.outputs.tag }}" });
    expect(publishEnvironment("release.yml")).not.toHaveProperty("COPIES");
  });
});

describe("emulation", () => {
  const emulates = (build: object): boolean => {
    const { pipeline } = planOf(smallConfig({ builds: { app: { kind: "image", ...build } } }));
    const job = compileWorkflows(pipeline).find(({ path }) => path.endsWith("/build.yml"))?.workflow.jobs["build-app"];
    return job?.steps?.some((step) => step.name === "Set up emulation") ?? false;
  };

  it("is set up for every platform that is not the runner's own, be it the only one", () => {
    expect(emulates({ platforms: ["linux/amd64", "linux/arm64"] })).toBe(false);
    expect(emulates({ platforms: ["linux/amd64"], multiPlatform: "emulated" })).toBe(false);
    expect(emulates({ platforms: ["linux/amd64", "linux/arm64"], multiPlatform: "emulated" })).toBe(true);
    expect(emulates({ platforms: ["linux/arm64"], multiPlatform: "emulated" })).toBe(true);
    expect(emulates({ platforms: ["linux/amd64", "linux/arm/v7"] })).toBe(true);
  });
});
