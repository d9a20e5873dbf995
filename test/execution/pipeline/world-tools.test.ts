/** Programs and builders of the world: bake, Fly.io and cosign, against the world's registries. */
import { describe, expect, onTestFinished, test } from "vitest";
import { jobOf, logOf, type Run } from "../../player/runs.ts";
import { createWorld, type World, type WorldOptions } from "../../player/world.ts";
import { missing } from "../../support/tools.ts";

const repository = { owner: "Octo", name: "App", defaultBranch: "main", private: false };
const pin = (action: string) => `${action}@${"0".repeat(40)}`;
const bakeFile = `
group "default" { targets = ["web", "test"] }
target "web" {
  dockerfile = "deployment/Dockerfile"
  target = "web"
  tags = ["ghcr.io/octo/app:from-the-file"]
}
target "test" {
  inherits = ["web"]
  target = "test"
}
`;

/** Plays one job with these steps on main. */
async function playSteps(
  permissions: string,
  steps: string,
  more: Partial<WorldOptions> = {},
): Promise<{ world: World; run: Run; log: string }> {
  const files = {
    "deployment/Dockerfile": "# holds app/tool\nFROM scratch\n",
    "deployment/docker-bake.hcl": bakeFile,
    "app.txt": "one\n",
  };
  const workflow = `name: A
on: workflow_dispatch
jobs:
  a:
    runs-on: ubuntu-24.04
    permissions: ${permissions}
    steps:
      - { uses: "${pin("actions/checkout")}", with: { persist-credentials: false } }
      - { uses: "${pin("docker/login-action")}", with: { registry: ghcr.io, username: x, password: "\${{ github.token }}" } }
      - { uses: "${pin("docker/setup-buildx-action")}" }
${steps}`;
  const world = await createWorld({ repository, files: { ...files, ".github/workflows/a.yml": workflow }, ...more });
  onTestFinished(() => world.stop());
  await world.dispatch("a.yml");
  await world.settle();
  return { world, run: world.run("A"), log: logOf(jobOf(world.run("A"), "a")) };
}

const bake = (set: readonly string[], more = "") => `      - id: bake
        uses: ${pin("docker/bake-action")}
        with:
          source: .
          files: deployment/docker-bake.hcl
          provenance: "false"
${more}          set: |
${set.map((line) => `            ${line}\n`).join("")}`;

describe.skipIf(missing("docker-registry", "git", "curl", "jq"))("bake", () => {
  test("builds the targets that it is asked for, each once, as `set` says", async () => {
    const { world, run, log } = await playSteps(
      "{ contents: read, packages: write }",
      `${bake(["*.platform=linux/amd64", "web.tags=ghcr.io/octo/app:v1", "web.tags=ghcr.io/octo/app:v2", "web.args.MODE=production", "web.labels.org.opencontainers.image.revision=${{ github.sha }}", "web.output=type=registry", "test.output=type=docker,dest=${{ runner.temp }}/test.tar", "*.cache-from=type=gha", "*.cache-to=type=gha,mode=max"])}
      - { env: { M: "\${{ steps.bake.outputs.metadata }}" }, run: 'echo "$M" | jq -r ".web[\\"containerimage.digest\\"]"; tar -tf "$RUNNER_TEMP/test.tar" | grep -c json' }
`,
    );
    expect(run.conclusion, log).toBe("success");
    const tags = await world.tags("octo/app");
    expect(Object.keys(tags)).toEqual(["v1", "v2"]);
    expect(log).toContain(tags["v1"]);
    expect(
      world.builds.map((build) => [build.target, build.platform, build.cached, build.commit === run.event.sha]),
    ).toEqual([
      ["web", "linux/amd64", false, true],
      ["test", "linux/amd64", false, false],
    ]);
  });

  test("builds into the cache alone, and again without building", async () => {
    const { world, log } = await playSteps(
      "{ contents: read, packages: write }",
      bake(["*.output=type=cacheonly"], "          targets: test\n") +
        bake(["test.output=type=cacheonly", "test.tags="], "          targets: test\n").replace(
          "id: bake",
          "id: again",
        ),
    );
    expect(
      world.builds.map((build) => [build.target, build.cached]),
      log,
    ).toEqual([
      ["test", false],
      ["test", true],
    ]);
    expect(await world.tags("octo/app")).toEqual({});
  });

  test("fails where the builder fails, and stops the play at what it does not know", async () => {
    const { run, log } = await playSteps(
      "{ contents: read }",
      bake(["web.dockerfile=none"], "          targets: web\n"),
    );
    expect(run.conclusion).toBe("failure");
    expect(log).toContain("failed to read dockerfile");
    await expect(playSteps("{ contents: read }", bake(["web.tag=x"]))).rejects.toThrow("web.tag=x");
    await expect(
      playSteps("{ contents: read }", bake(["web.pull=true"]).replace("          source: .\n", "")),
    ).rejects.toThrow("source");
  });
});

const push = bake(
  ["web.tags=registry.fly.io/app-pr-1:v1", "web.tags=ghcr.io/octo/app:v1", "web.output=type=registry"],
  "          targets: web\n",
);

describe.skipIf(missing("docker-registry", "git", "curl", "jq"))("flyctl", () => {
  const fly = `      - { uses: "${pin("superfly/flyctl-actions/setup-flyctl")}" }\n`;
  const script = (lines: readonly string[], more = "") =>
    `      - ${more}env: { FLY_API_TOKEN: "\${{ secrets.FLY_API_TOKEN }}" }\n        shell: bash\n        run: |\n${lines.map((line) => `          ${line}\n`).join("")}`;
  const world = { fly: "fly-token-of-the-world", secrets: { FLY_API_TOKEN: "fly-token-of-the-world" } };

  test("creates an app, pushes to its registry, deploys, tells its state, and destroys it", async () => {
    const {
      world: played,
      run,
      log,
    } = await playSteps(
      "{ contents: read, packages: write }",
      fly +
        script([
          "flyctl apps create app-pr-1 --org octo",
          "flyctl auth docker",
          "! flyctl apps create app-pr-1",
          "! flyctl deploy --app app-pr-1 --image registry.fly.io/app-pr-1:v1",
          "! flyctl deploy --app app-pr-1 --strategy immediate --yes",
          "! flyctl deploy --app app-pr-1 --region iad --strategy immediate --yes",
          "cd deployment",
          "flyctl deploy --app app-pr-1 --strategy immediate --yes",
          "flyctl volumes create data --app app-pr-1 --region iad --size 1 --yes",
        ]) +
        push +
        script([
          "fly deploy --app app-pr-1 --image registry.fly.io/app-pr-1:v1 --wait-timeout 60",
          "fly status --app app-pr-1 --json | jq -r '[.Hostname, .Machines[0].state, .Machines[0].image_ref.tag] | join(\" \")'",
          "! fly apps destroy app-pr-1",
          "fly apps destroy app-pr-1 --yes",
        ]),
      world,
    );
    expect(run.conclusion, log).toBe("success");
    expect(log).toContain("app-pr-1.fly.dev started v1");
    expect(played.fly.destroyed).toEqual(["app-pr-1"]);
    expect(Object.keys(await played.tags("app-pr-1", "registry.fly.io"))).toEqual(["v1"]);
    expect(played.commands.calls.filter((call) => call.args[0] === "deploy").map((call) => call.who)).toEqual(
      Array.from({ length: 5 }, () => "A > a"),
    );
    expect(log).not.toContain("fly-token-of-the-world");
  });

  test("is not there without its action, and needs the token; a scenario can make a call fail", async () => {
    const { run, log } = await playSteps(
      "{ contents: read }",
      `      - { if: always(), run: "flyctl version" }\n${fly.replace("{", "{ if: always(),")}      - { if: always(), run: "flyctl apps list" }\n`,
      world,
    );
    expect(run.conclusion).toBe("failure");
    expect(log).toContain("flyctl: command not found");
    expect(log).toContain("no access token available");
    const played = await createWorld({
      repository,
      files: {
        ".github/workflows/a.yml": `name: A\non: workflow_dispatch\njobs:\n  a:\n    runs-on: x\n    steps:\n${fly}${script(["flyctl apps create one || flyctl apps create one"])}`,
      },
      ...world,
    });
    onTestFinished(() => played.stop());
    played.commands.answer(/^flyctl apps create/, { code: 1, stderr: "Error: server is busy" });
    await played.dispatch("a.yml");
    await played.settle();
    expect(logOf(jobOf(played.run("A"), "a"))).toContain("server is busy");
    expect([...played.fly.apps.keys()]).toEqual(["one"]);
  });
});

describe.skipIf(missing("docker-registry", "git", "curl", "jq"))("a scenario's own program", () => {
  test("gets every call, and says how it ends", async () => {
    const { world, run, log } = await playSteps(
      "{ contents: read }",
      `      - { run: "caprover deploy --app web > out; cat out" }\n`,
      { commands: { caprover: ({ args }) => ({ code: 0, stdout: `deployed ${args.at(-1) ?? ""}` }) } },
    );
    expect(run.conclusion, log).toBe("success");
    expect(log).toContain("deployed web");
    expect(world.commands.calls.map((call) => [call.tool, ...call.args])).toEqual([
      ["caprover", "deploy", "--app", "web"],
    ]);
  });
});

describe.skipIf(missing("docker-registry", "git", "curl", "jq"))("cosign", () => {
  const steps = `      - { uses: "${pin("sigstore/cosign-installer")}" }
${push.replace("            web.tags=registry.fly.io/app-pr-1:v1\n", "")}
      - shell: bash
        env: { D: "\${{ fromJSON(steps.bake.outputs.metadata).web['containerimage.digest'] }}" }
        run: |
          check() { cosign verify --certificate-identity-regexp "$1" --certificate-oidc-issuer https://token.actions.githubusercontent.com --output json "ghcr.io/octo/app@$D"; }
          ! check '^https://github.com/Octo/App/'
          cosign sign --yes "ghcr.io/octo/app@$D"
          check '^https://github.com/Octo/App/.github/workflows/a.yml@refs/heads/main$'
          ! check '^https://github.com/mallory/'
`;
  test("signs what is in the registry with the job's identity, and verifies nothing else", async () => {
    const { world, run, log } = await playSteps("{ contents: read, packages: write, id-token: write }", steps);
    expect(run.conclusion, log).toBe("success");
    const tags = await world.tags("octo/app");
    expect(world.signatures).toMatchObject([
      { image: "ghcr.io/octo/app", digest: tags["v1"], kind: "sign", who: "A > a" },
    ]);
    // The signature is a version of the package too: a clean-up that knows nothing of it would leave it or delete it alone.
    expect(Object.keys(tags)).toEqual([tags["v1"]?.replace(":", "-"), "v1"]);
  });

  test("needs id-token: write", async () => {
    const { run, log } = await playSteps("{ contents: read, packages: write }", steps);
    expect(run.conclusion).toBe("failure");
    expect(log).toContain("no identity token");
  });
});

describe.skipIf(missing("docker-registry", "git", "curl", "jq"))("an environment of the world", () => {
  test("keeps a job from its secret until somebody approves", async () => {
    const world = await createWorld({
      repository,
      files: {
        ".github/workflows/a.yml": `name: A\non: workflow_dispatch\njobs: { release: { environment: release, runs-on: x, steps: [{ env: { S: "\${{ secrets.KEY }}" }, run: 'test "$S" = opened' }] } }`,
      },
      environments: { release: { reviewers: true, secrets: { KEY: "opened" } } },
    });
    onTestFinished(() => world.stop());
    await world.dispatch("a.yml");
    expect((await world.waiting("release")).job.name).toBe("release");
    world.approve("release");
    await world.settle();
    expect(world.run("A").conclusion).toBe("success");
    expect(world.deployments).toMatchObject([{ environment: "release", state: "success" }]);
  });
});

describe.skipIf(missing("docker-registry", "git", "curl", "jq"))("an action of the repository", () => {
  test("by $/ comes from the commit of the workflow file, by ./ from what is checked out", async () => {
    const action = (text: string) =>
      `runs: { using: composite, steps: [{ shell: bash, run: '"$GITHUB_ACTION_PATH/say.sh" ${text}' }] }`;
    const say = '#!/bin/sh\necho "said $*"\n';
    const world = await createWorld({
      repository,
      files: {
        ".github/actions/say/action.yml": action("one"),
        ".github/actions/say/say.sh": say,
        ".github/workflows/a.yml": `name: A
on: workflow_dispatch
jobs:
  a:
    runs-on: x
    permissions: { contents: read }
    steps:
      - { uses: $/.github/actions/say }
      - { uses: "${pin("actions/checkout")}", with: { ref: other, persist-credentials: false } }
      - { uses: ./.github/actions/say }
      - { uses: $/.github/actions/say }
`,
      },
    });
    onTestFinished(() => world.stop());
    await world.git.commit(
      "Octo/App",
      "other",
      { ".github/actions/say/action.yml": action("two") },
      { from: "refs/heads/main" },
    );
    await world.dispatch("a.yml");
    await world.settle();
    expect(jobOf(world.run("A"), "a").steps.map((step) => step.log[0])).toEqual([
      "said one",
      expect.stringContaining("Checked out"),
      "said two",
      "said one",
    ]);
  });
});

describe.skipIf(missing("docker-registry", "git", "curl", "jq"))("an attestation", () => {
  const attest = (name: string, more: string) =>
    `      - { if: always(), uses: "${pin(name)}", with: { subject-name: ghcr.io/octo/app, push-to-registry: true, ${more} } }\n`;
  const digest = "\"${{ fromJSON(steps.bake.outputs.metadata).web['containerimage.digest'] }}\"";
  test("needs the permissions, the subject in the registry, and the file that it reads", async () => {
    const steps = `${bake(["web.tags=ghcr.io/octo/app:v1", "web.output=type=registry"], "          targets: web\n")}      - { run: "echo {} > sbom.json" }
${attest("actions/attest-build-provenance", `subject-digest: ${digest}`)}${attest("actions/attest-sbom", `subject-digest: ${digest}, sbom-path: sbom.json`)}${attest("actions/attest-sbom", `subject-digest: ${digest}, sbom-path: none.json`)}${attest("actions/attest-build-provenance", `subject-digest: "sha256:${"0".repeat(64)}"`)}`;
    const { run } = await playSteps("{ contents: read, packages: write, id-token: write, attestations: write }", steps);
    expect(
      jobOf(run, "a")
        .steps.slice(-4)
        .map((step) => step.conclusion),
    ).toEqual(["success", "success", "failure", "failure"]);
    const refused = await playSteps("{ contents: read, packages: write, attestations: write }", steps);
    expect(refused.log).toContain("the job lacks id-token: write");
  });
});
