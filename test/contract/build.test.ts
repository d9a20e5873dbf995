/**
 * Pipeline contract, "Build workflow". What only running can show (one build for two events, retries against a failing
 * registry, digests kept) is in test/execution/reuse.test.ts and test/execution/pipeline.
 */
import { describe, expect, it } from "vitest";
import { groupKeyOf } from "../../src/pipeline/images.ts";
import { buildJobId } from "../../src/pipeline/stages.ts";
import type { ImageBuild } from "../../src/pipeline/types.ts";
import { type Contexts, evaluate, holds } from "../player/expressions.ts";
import type { Json } from "../player/json.ts";
import { COMMIT, events, MERGE_COMMIT, REPOSITORY, runStep } from "../support/run-step.ts";
import {
  type EmittedJob,
  type EmittedStep,
  type EmittedWorkflow,
  expressionsIn,
  jobOf,
  stepOf,
} from "../support/read-workflows.ts";
import { type System, systemNamed, systems } from "../support/systems.ts";

const buildOf = (system: System): EmittedWorkflow => {
  const workflow = system.workflows.find(({ name }) => name === system.pipeline.workflows.build?.name);
  if (!workflow) throw new Error(`${system.name} has no build workflow.`);
  return workflow;
};
const fileOf = (system: System): string => buildOf(system).file;
const imagesOf = (system: System): ImageBuild[] => system.pipeline.builds.filter((build) => build.kind === "image");
const jobIn = (system: System, id: string): EmittedJob => jobOf(system.workflows, fileOf(system), id);
const BUILDERS = ["docker/build-push-action", "docker/bake-action"];
const buildingSteps = (job: EmittedJob): EmittedStep[] =>
  job.steps.filter((step) => BUILDERS.includes(step.action ?? ""));
/** What decides the image of a build; of a bake file's target it stands in the overrides. */
const decisive = (build: ImageBuild, step: EmittedStep): unknown[] =>
  build.bake
    ? [
        step.with["files"],
        step.with["targets"],
        String(step.with["set"])
          .split("\n")
          .filter((line) => line.startsWith(`${build.bake?.target}.`) && /^[^.]+\.(args|labels|cache-from)/.test(line)),
      ]
    : ["context", "file", "target", "build-args", "labels", "cache-from"].map((input) => step.with[input]);
/** The outputs of `plan` of an event that builds every image. */
const onMain = { class: "main" };
const labelsOf = (build: ImageBuild, step: EmittedStep): string =>
  build.bake
    ? String(step.with["set"])
        .split("\n")
        .flatMap((line) =>
          line.startsWith(`${build.bake?.target}.labels.`)
            ? `${line.slice(`${build.bake?.target}.labels.`.length)}\n`
            : [],
        )
        .join("")
    : String(step.with["labels"]);

const withImages = systems.filter((system) => imagesOf(system).length > 0);
const charon = systemNamed("Charon");
const allSucceeded = { success: () => true, failure: () => false, cancelled: () => false };

/** What the jobs behind `plan` see of it. */
const needs = (outputs: Record<string, Json>, others: Record<string, Json> = {}): Contexts => ({
  needs: { plan: { result: "success", outputs }, ...others },
});

describe.each(withImages)("in $name", (system) => {
  it("each image has one job that builds it, in a group of the image, the platform and the commit, which never cancels", () => {
    for (const build of imagesOf(system)) {
      const job = jobIn(system, buildJobId(build));
      expect(job.concurrency?.group).toBe(
        `${system.config.project}/image/${groupKeyOf(build)}/\${{ matrix.name }}/\${{ needs.plan.outputs.staging }}`,
      );
      expect(job.concurrency?.["cancel-in-progress"]).toBe(false);
      expect(job.concurrency?.queue).toBe(system.pipeline.queue === "max" ? "max" : undefined);
    }
  });

  it("under that lock it first looks for an image of the commit with these platforms and this recipe, and builds only without one", () => {
    for (const build of imagesOf(system)) {
      const job = jobIn(system, buildJobId(build));
      const find = job.steps.findIndex((step) => step.program === "find-image.sh" && step.env["IMAGE"] === build.image);
      expect(find).toBeGreaterThan(-1);
      for (const step of buildingSteps(job)) {
        expect(job.steps.indexOf(step), step.where).toBeGreaterThan(find);
        expect(step.if, step.where).toMatch(
          /steps\.find[\w-]*\.outputs\.found != 'true'|steps\.push-\d\.outcome == 'failure'/,
        );
      }
      const looking = job.steps[find];
      expect(looking?.env).toMatchObject({
        IMAGE: build.image,
        COMMIT: "${{ needs.plan.outputs.sha }}",
        PLATFORMS_NEEDED: "${{ matrix.platforms }}",
      });
      expect(String(looking?.env["RECIPE"])).toContain(build.recipe);
    }
  });

  it("every step that builds passes the same inputs, so that only the first one does the work", () => {
    for (const build of imagesOf(system)) {
      const shared = buildingSteps(jobIn(system, buildJobId(build))).map((step) => decisive(build, step));
      expect(new Set(shared.map((inputs) => JSON.stringify(inputs))).size).toBe(1);
    }
  });

  it("every image carries the labels revision, source, created and version, and the recipe", () => {
    for (const build of imagesOf(system)) {
      for (const step of buildingSteps(jobIn(system, buildJobId(build)))) {
        expect(labelsOf(build, step)).toMatch(
          /org\.opencontainers\.image\.revision=\$\{\{ needs\.plan\.outputs\.sha \}\}\n/,
        );
        expect(labelsOf(build, step)).toMatch(
          /org\.opencontainers\.image\.source=\$\{\{ github\.server_url \}\}\/\$\{\{ github\.repository \}\}\n/,
        );
        expect(labelsOf(build, step)).toMatch(
          /org\.opencontainers\.image\.created=\$\{\{ needs\.plan\.outputs\.created \}\}\n/,
        );
        expect(labelsOf(build, step)).toMatch(
          /org\.opencontainers\.image\.version=\$\{\{ needs\.plan\.outputs\.version \}\}\n/,
        );
        expect(labelsOf(build, step)).toContain(build.recipe);
      }
    }
  });

  it("what is checked out and built is the planned commit", () => {
    for (const build of imagesOf(system)) {
      const checkouts = jobIn(system, buildJobId(build)).steps.filter((step) => step.action === "actions/checkout");
      expect(checkouts.map((step) => step.with["ref"])).toEqual(["${{ needs.plan.outputs.sha }}"]);
      expect(
        buildingSteps(jobIn(system, buildJobId(build))).every((step) =>
          build.bake ? step.with["source"] === "." : step.with["context"] === build.context,
        ),
      ).toBe(true);
    }
  });

  it("the push is tried three times, with pauses, by steps that only push; one of them decides what the failure means", () => {
    for (const build of imagesOf(system)) {
      const job = jobIn(system, buildJobId(build));
      const pushes = job.steps.filter((step) => step.with["push"] === true);
      expect(pushes.map((step) => [step.name, step.continueOnError, step.if])).toEqual([
        [
          "Push (attempt 1)",
          true,
          build.bake
            ? expect.stringMatching(/^needs\.plan\.outputs\.push == 'true' && .*steps\.find-/)
            : "needs.plan.outputs.push == 'true' && steps.find.outputs.found != 'true'",
        ],
        ["Push (attempt 2)", true, "steps.push-1.outcome == 'failure'"],
        ["Push (attempt 3)", true, "steps.push-2.outcome == 'failure'"],
      ]);
      const judge = job.steps.find((step) => step.program === "judge-push.sh");
      expect(judge?.env["OUTCOMES"]).toBe(
        "${{ steps.push-1.outcome }} ${{ steps.push-2.outcome }} ${{ steps.push-3.outcome }}",
      );
      expect(judge?.env["FALLBACK"]).toBe(build.fallback);
    }
  });

  it("without a token that can push, and beside the push as a fallback, the image is saved for a day", () => {
    for (const build of imagesOf(system)) {
      const job = jobIn(system, buildJobId(build));
      const upload = stepOf(job, build.bake ? `Upload ${build.key}` : "Upload the image");
      expect(upload.with).toMatchObject({ name: `image-${build.key}`, "retention-days": 1, overwrite: true });
      const saved = (push: boolean, found = "false"): boolean =>
        holds(upload.if, {
          contexts: {
            ...needs({ ...onMain, push: String(push) }),
            matrix: { archive: "linux/amd64" },
            steps: { [build.bake ? `find-${build.key}` : "find"]: { outputs: { found } } },
          },
          status: allSucceeded,
        });
      expect([saved(false), saved(true), saved(true, "true")]).toEqual([true, build.fallback, false]);
      if (!build.bake) expect(stepOf(job, "Save the image").if).toBe(upload.if);
    }
  });

  it("only one job of the matrix saves it", () => {
    for (const build of imagesOf(system)) {
      const choose = stepOf(jobIn(system, "plan"), `Choose the platforms of ${groupKeyOf(build)}`);
      const matrices = JSON.parse(String(choose.env["PLATFORMS"])) as Record<string, { archive: string }[]>;
      for (const entries of Object.values(matrices))
        expect(entries.filter((entry) => entry.archive !== "")).toHaveLength(1);
    }
  });

  it("the workflow hands on image, tag, digest and source commit as a record that its gate writes last", () => {
    const ready = jobIn(system, "ready");
    const record = ready.steps.find((step) => step.program === "write-record.sh");
    expect(record?.env).toMatchObject({
      CLASS: "${{ needs.plan.outputs.class }}",
      TAG: "${{ needs.plan.outputs.tag }}",
      COMMIT: "${{ needs.plan.outputs.sha }}",
    });
    const builds = JSON.parse(String(record?.env["BUILDS"])) as Record<string, string>[];
    expect(builds.map((build) => build["name"])).toEqual(system.pipeline.builds.map((build) => build.key));
    for (const build of imagesOf(system))
      expect(builds).toContainEqual({
        name: build.key,
        kind: "image",
        image: build.image,
        digest: `\${{ needs.publish-${build.key}.outputs.digest }}`,
        commit: `\${{ needs.publish-${build.key}.outputs.commit }}`,
      });
    expect(ready.steps.at(-1)?.with).toMatchObject({ name: "build-record" });
  });

  it("the gate runs whatever happened, and looks at every job of the builds", () => {
    const workflow = buildOf(system);
    const ready = jobIn(system, "ready");
    expect(ready.if).toMatch(/^always\(\)/);
    // In one run, what follows the builds looks at the gate.
    const following =
      system.pipeline.topology === "workflow_call"
        ? /^(ready|notify|test-.*|verdict-.*|promote|published|deliver-.*|withdraw|clean)$/
        : /^(ready|notify)$/;
    expect([...ready.needs].sort()).toEqual(
      workflow.jobs
        .map((job) => job.id)
        .filter((id) => !following.test(id))
        .sort(),
    );
    expect(ready.steps[0]?.env["NEEDS"]).toBe("${{ toJSON(needs) }}");
  });

  it("every image is scanned by the digest that was built, on every event, and findings block and go to code scanning where the config says so", () => {
    for (const build of imagesOf(system)) {
      const scan = buildOf(system).jobs.find((job) => job.id === `scan-${build.key}`);
      expect(scan !== undefined).toBe(build.scan !== false);
      if (!scan || !build.scan) continue;
      if (!build.bake) expect(scan.if).not.toMatch(/class|event/);
      const trivy = scan.steps.filter((step) => step.action === "aquasecurity/trivy-action");
      expect(trivy.map((step) => step.with["image-ref"] ?? "saved")).toEqual([
        `${build.image}@\${{ needs.publish-${build.key}.outputs.digest }}`,
        "saved",
      ]);
      for (const step of trivy)
        expect(step.with).toMatchObject({
          severity: build.scan.severities.join(","),
          "exit-code": build.scan.block ? "1" : "0",
          "limit-severities-for-sarif": true,
          format: "sarif",
        });
      const upload = scan.steps.find((step) => step.action === "github/codeql-action/upload-sarif");
      expect(upload !== undefined).toBe(build.scan.sarif);
      // Found vulnerabilities fail the scan, and are reported all the same; where code scanning is not available nothing fails.
      if (upload) expect([upload.continueOnError, upload.if?.startsWith("!cancelled()")]).toEqual([true, true]);
    }
  });

  it("the scan takes the published image, or the saved one where nothing could be pushed", () => {
    for (const build of imagesOf(system).filter((one) => one.scan)) {
      const scan = jobIn(system, `scan-${build.key}`);
      const contexts = (digest: string): Contexts =>
        needs(
          {
            [`${groupKeyOf(build)}-platforms`]: '["linux/amd64","linux/arm64"]',
            [`${groupKeyOf(build)}-matrix`]: '[{"archive":"linux/amd64"}]',
          },
          { [`publish-${build.key}`]: { result: "success", outputs: { digest } } },
        );
      const platforms = expressionsIn(scan.matrix)[0] ?? "";
      expect(evaluate(platforms, { contexts: contexts("sha256:1") })).toEqual(["linux/amd64", "linux/arm64"]);
      expect(evaluate(platforms, { contexts: contexts("") })).toEqual(["linux/amd64"]);
      const run = (digest: string): string[] =>
        scan.steps
          .filter(
            (step) =>
              step.action === "aquasecurity/trivy-action" &&
              holds(step.if, { contexts: contexts(digest), status: allSucceeded }),
          )
          .map((step) => step.name);
      expect([run("sha256:1"), run("")]).toEqual([["Scan the published image"], ["Scan the saved image"]]);
    }
  });
});

describe("the build's events", () => {
  it("are pushes to all branch groups, pull requests into the long-lived ones, the merge queue, and a run by hand with a tag", () => {
    expect(buildOf(charon).on).toEqual({
      push: { branches: ["main", "development", "feature/**"] },
      pull_request: { branches: ["main", "development"] },
      merge_group: { branches: ["main", "development"] },
      workflow_dispatch: { inputs: { tag: { description: expect.any(String), required: false, type: "string" } } },
    });
  });

  it("leave out a merge queue's branches where a pattern of feature branches would match them", () => {
    expect(buildOf(systemNamed("a system with every part")).on.push).toEqual({
      branches: ["main", "**", "!gh-readonly-queue/**"],
    });
  });

  it("cancel superseded runs of one pull request, and nothing else", () => {
    const { group } = buildOf(charon).concurrency;
    const groupOf = (contexts: Contexts): Json => evaluate(expressionsIn(group)[0] ?? "", { contexts });
    expect(groupOf(events.pullRequest("a"))).toBe("pr-12");
    expect(groupOf(events.push("main"))).toBe(`refs/heads/main-${COMMIT}`);
    expect(groupOf(events.manual())).toBe("4242");
    expect(buildOf(charon).concurrency["cancel-in-progress"]).toBe("${{ github.event_name == 'pull_request' }}");
  });

  it("build the head of a pull request, not the merge commit, and search the history for it", () => {
    const plan = jobIn(charon, "plan");
    for (const text of [
      stepOf(plan, "Decide what to build").env["HEAD_SHA"],
      stepOf(plan, "Check out the code").with["ref"],
    ]) {
      expect(evaluate(expressionsIn(text)[0] ?? "", { contexts: events.pullRequest() })).toBe(COMMIT);
      expect(evaluate(expressionsIn(text)[0] ?? "", { contexts: events.pullRequest() })).not.toBe(MERGE_COMMIT);
    }
  });

  it("push with a token that can, and only then: forks, and where the config keeps pull requests out of the registry", () => {
    const push = (system: System, contexts: Contexts): string | undefined =>
      runStep(stepOf(jobIn(system, "plan"), "Decide what to build"), contexts).outputs["push"];
    expect(push(charon, events.pullRequest())).toBe("true");
    expect(push(charon, events.pullRequest("main", "somebody/Charon"))).toBe("false");
    expect(push(charon, events.push("main"))).toBe("true");
    expect(push(systemNamed("Charon whose pull requests stay out of the registry"), events.pullRequest())).toBe(
      "false",
    );
    expect(push(systemNamed("Charon whose pull requests stay out of the registry"), events.push("main"))).toBe("true");
  });

  it("share one image between the events of a commit: each names the tags under which the other may have left it", () => {
    const candidates = (contexts: Contexts): string[] =>
      runStep(stepOf(jobIn(charon, "plan"), "Decide what to build"), contexts).outputs["candidates"]?.split(" ") ?? [];
    expect(candidates(events.pullRequest("feature/x"))).toEqual(["pr-12-abc1234", "sha-abc1234", "feature-x-abc1234"]);
    expect(candidates(events.push("feature/x"))).toContain("feature-x-abc1234");
    expect(candidates(events.push("main"))).toContain("mq-abc1234");
    expect(runStep(stepOf(jobIn(charon, "plan"), "Decide what to build"), events.manual()).outputs["candidates"]).toBe(
      "",
    );
    // Both stage under one tag, so the lock's second holder finds what the first has pushed.
    const staging = (contexts: Contexts): string | undefined =>
      runStep(stepOf(jobIn(charon, "plan"), "Decide what to build"), contexts).outputs["staging"];
    expect(staging(events.pullRequest("feature/x"))).toBe(staging(events.push("feature/x")));
  });

  it("do without what forks bring where the config leaves forks out", () => {
    const plan = jobIn(systemNamed("Charon that ignores forks"), "plan");
    const runs = (contexts: Contexts): boolean => holds(plan.if, { contexts, status: allSucceeded });
    expect([
      runs(events.pullRequest("x", "somebody/Charon")),
      runs(events.pullRequest("x", REPOSITORY)),
      runs(events.push("main")),
    ]).toEqual([false, true, true]);
    expect(jobIn(systemNamed("Charon that builds forks"), "plan").if).toBeUndefined();
  });
});

describe("an image whose inputs did not change", () => {
  it("is reused: found by a job that knows the whole history, and handed on with the commit that it came from", () => {
    const plan = jobIn(charon, "plan");
    expect(stepOf(plan, "Check out the code").with["fetch-depth"]).toBe(0);
    const find = stepOf(plan, "Look for an image of unchanged charon");
    expect(find.env).toMatchObject({
      INPUTS: "Dockerfile\n.dockerignore\nbackend/**\nfrontend/**\n",
      IMAGE: "ghcr.io/wikid82/charon",
    });
    const publish = stepOf(jobIn(charon, "publish-charon"), "Publish the image");
    expect(publish.env).toMatchObject({
      DIGEST: "${{ needs.plan.outputs.charon-digest }}",
      SOURCE_COMMIT: "${{ needs.plan.outputs.charon-commit }}",
    });
  });

  it("skips the build, and is published all the same", () => {
    const status = { success: () => true, failure: () => false, cancelled: () => false };
    const built = (digest: string): boolean =>
      holds(jobIn(charon, "build-charon").if, { contexts: needs({ "charon-digest": digest }), status });
    expect([built(""), built("sha256:1")]).toEqual([true, false]);
    const published = (result: string): boolean =>
      holds(jobIn(charon, "publish-charon").if, {
        contexts: needs({ push: "true" }, { "build-charon": { result, outputs: { unpushed: "" } } }),
        status: { ...status, success: () => false },
      });
    expect(["success", "skipped", "failure", "cancelled"].map(published)).toEqual([true, true, false, false]);
  });

  it("is not looked for where the config declares no inputs, nor for nightly builds and releases", () => {
    expect(
      jobIn(systemNamed("the minimal example"), "plan").steps.some((step) => step.program === "find-unchanged.sh"),
    ).toBe(false);
    for (const file of ["nightly-build.yml", "release.yml"])
      expect(jobOf(charon.workflows, file, "plan").steps.some((step) => step.program === "find-unchanged.sh")).toBe(
        false,
      );
  });
});

describe("platforms", () => {
  const matrixOf = (system: System, contexts: Contexts): { platforms: string; runner: string; name: string }[] => {
    const plan = jobIn(system, "plan");
    const planned = runStep(stepOf(plan, "Decide what to build"), contexts).outputs["class"] ?? "";
    const chosen = runStep(stepOf(plan, "Choose the platforms of charon"), {
      ...contexts,
      steps: { plan: { outputs: { class: planned } } },
    });
    return JSON.parse(chosen.outputs["matrix"] ?? "[]") as { platforms: string; runner: string; name: string }[];
  };

  it("are all for main, one job each on a native runner, merged by digest", () => {
    expect(matrixOf(charon, events.push("main"))).toMatchObject([
      { name: "amd64", platforms: "linux/amd64", runner: "ubuntu-24.04" },
      { name: "arm64", platforms: "linux/arm64", runner: "ubuntu-24.04-arm" },
    ]);
    expect(stepOf(jobIn(charon, "publish-charon"), "Publish the image").env["ENTRIES"]).toBe(
      "${{ needs.plan.outputs.charon-matrix }}",
    );
  });

  it("are what the config says for other events", () => {
    for (const contexts of [events.pullRequest(), events.push("feature/x"), events.queue()])
      expect(matrixOf(charon, contexts).map((entry) => entry.platforms)).toEqual(["linux/amd64"]);
  });

  it("or all in one job that emulates", () => {
    const system = systemNamed("Charon on emulated platforms");
    expect(matrixOf(system, events.push("main"))).toMatchObject([
      { name: "all", platforms: "linux/amd64,linux/arm64", runner: "ubuntu-24.04" },
    ]);
    expect(jobIn(system, "build-charon").steps.map((step) => step.action)).toContain("docker/setup-qemu-action");
    expect(jobIn(charon, "build-charon").steps.map((step) => step.action)).not.toContain("docker/setup-qemu-action");
  });
});

describe("a cache", () => {
  const caches = (system: System): [unknown, unknown] => {
    const build = stepOf(jobIn(system, "build-charon"), "Build");
    return [build.with["cache-from"], build.with["cache-to"]];
  };

  it("is GitHub's, the registry's (which only pushes write, each its own branch's), or none", () => {
    expect(caches(charon)).toEqual([
      "type=gha,scope=charon-${{ matrix.name }}",
      "type=gha,scope=charon-${{ matrix.name }},mode=max,ignore-error=true",
    ]);
    const [from, to] = caches(systemNamed("Charon with its cache in the registry"));
    const ref = "type=registry,ref=ghcr.io/wikid82/charon:buildcache";
    expect(from).toBe(
      `${ref}-\${{ matrix.name }}-\${{ needs.plan.outputs.cache-branch }}\n${ref}-\${{ matrix.name }}-main\n`,
    );
    const written = (name: string): Json =>
      evaluate(expressionsIn(to)[0] ?? "", {
        contexts: { ...needs({ class: name, "cache-branch": "topic-x" }), matrix: { name: "amd64" } },
      });
    expect([written("main"), written("feature")]).toEqual(
      Array.from({ length: 2 }, () => `${ref}-amd64-topic-x,mode=max,image-manifest=true,ignore-error=true`),
    );
    expect([written("pullRequest"), written("queue"), written("manual")]).toEqual(["", "", ""]);
    expect(caches(systemNamed("Charon without inputs and cache"))).toEqual([undefined, undefined]);
  });

  it("does not fail the build where it cannot be written, as on a pull request from a fork", () => {
    for (const system of [charon, systemNamed("Charon with its cache in the registry")])
      expect(String(caches(system)[1])).toContain(",ignore-error=true");
  });

  it("is no part of a nightly build, which starts from a fresh base, nor of a release", () => {
    for (const file of ["nightly-build.yml", "release.yml"]) {
      for (const step of buildingSteps(jobOf(charon.workflows, file, "build-charon")))
        expect([step.with["cache-from"], step.with["cache-to"]], step.where).toEqual([undefined, undefined]);
    }
    expect(
      buildingSteps(jobOf(charon.workflows, "nightly-build.yml", "build-charon")).every(
        (step) => step.with["pull"] === true,
      ),
    ).toBe(true);
  });
});

describe("attestations", () => {
  const attested = (system: System, name: string): Json[] => {
    const push = stepOf(jobIn(system, "build-charon"), "Push (attempt 1)");
    return ["provenance", "sbom"].map((input) => {
      const [expression] = expressionsIn(push.with[input]);
      return expression === undefined
        ? String(push.with[input])
        : evaluate(expression, { contexts: needs({ class: name }) });
    });
  };

  it("come with images of main, integration branches, nightly builds and releases, and with no other where the config wants none", () => {
    for (const name of ["main", "integration", "nightly", "release", "manual"])
      expect(attested(charon, name), name).toEqual(["mode=max", "true"]);
    for (const name of ["pullRequest", "feature"]) expect(attested(charon, name), name).toEqual(["false", "false"]);
    expect(attested(systemNamed("Charon without attestations"), "main")).toEqual(["false", "false"]);
  });

  it("belong to the recipe: an image without them is never taken where one with them is due", () => {
    const find = stepOf(jobIn(charon, "build-charon"), "Look for an image of this commit");
    const recipes = (name: string): Json =>
      evaluate(expressionsIn(find.env["RECIPE"])[0] ?? "", { contexts: needs({ class: name }) });
    const [own] = imagesOf(charon);
    expect(recipes("main")).toBe(`${own?.recipe}-attested`);
    expect(recipes("pullRequest")).toBe(`${own?.recipe} ${own?.recipe}-attested`);
  });

  it("are also signed by GitHub on request, for the published digest, by a job that checks nothing out", () => {
    const attest = jobIn(charon, "attest-charon");
    // A storage record would need one more write scope, and exists for organisations only.
    expect(attest.steps.at(-1)?.with).toMatchObject({
      "create-storage-record": false,
      "subject-name": "ghcr.io/wikid82/charon",
      "subject-digest": "${{ needs.publish-charon.outputs.digest }}",
    });
    expect(attest.steps.map((step) => step.action)).not.toContain("actions/checkout");
    expect(buildOf(systemNamed("Charon without attestations")).jobs.map((job) => job.id)).not.toContain(
      "attest-charon",
    );
  });
});

it("other registries get copies, never builds", () => {
  for (const system of withImages.filter((one) => one.pipeline.copies.length > 0)) {
    const hosts = system.pipeline.copies.map((copy) => copy.host);
    const pushed = system.workflows.flatMap((workflow) =>
      workflow.jobs.flatMap((job) => buildingSteps(job).map((step) => String(step.with["tags"] ?? ""))),
    );
    expect(pushed.filter((tags) => hosts.some((host) => tags.includes(`${host}/`)))).toEqual([]);
  }
});

it("files are built once, uploaded once, and kept as long as the config says", () => {
  const own = systemNamed("this project");
  const job = jobIn(own, "build-package");
  const upload = stepOf(job, "Upload the files");
  expect(upload.with).toMatchObject({
    name: "files-package",
    path: "pipewright-*.tgz",
    "retention-days": 7,
    "if-no-files-found": "error",
  });
  expect(
    own.workflows
      .flatMap((workflow) => workflow.jobs.flatMap((one) => one.steps))
      .filter((step) => step.run?.includes("npm pack"))
      .map((step) => step.where),
  ).toEqual(["build.yml > build-package > Run npm pack"]);
});
