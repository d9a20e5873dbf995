import { describe, expect, it } from "vitest";
import { applyFixes } from "../../../../src/lint/fix.ts";
import type { Example } from "../../../../src/lint/rule.ts";
import { findingsIn, inShort, placesOf, ruleNamed } from "../../../support/lint.ts";

const run = (id: string, example: Example, settings = {}) => findingsIn(example, [ruleNamed(id)], settings);
const workflow = (on: string, steps: string, lines = ""): string =>
  `on: ${on}\njobs:\n  a:\n${lines}    runs-on: ubuntu-latest\n    steps:\n${steps}`;

describe("fork-blind", () => {
  const login =
    "      - uses: docker/login-action@v3\n        with:\n          username: octo\n          password: ${{ secrets.DOCKER_TOKEN }}\n";

  it("says it once for a job, at the first step that fails", async () => {
    expect(
      inShort(await run("fork-blind", workflow("pull_request", `${login}      - run: docker push octo/app\n`))),
    ).toEqual([
      "9:21 fork-blind For a pull request from a fork `secrets.DOCKER_TOKEN` is empty, and `docker/login-action` fails without it. Add a condition such as `github.event.pull_request.head.repo.full_name == github.repository`, and another way for forks.",
    ]);
  });

  it("follows a composite action and a called workflow", async () => {
    const files = {
      ".github/workflows/ci.yml": `on: pull_request\njobs:\n  image:\n    uses: ./.github/workflows/image.yml\n    secrets: inherit\n  own:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v5\n      - uses: ./.github/actions/image\n`,
      ".github/workflows/image.yml": workflow("workflow_call", login),
      ".github/actions/image/action.yml":
        "name: Image\ndescription: Pushes\nruns:\n  using: composite\n  steps:\n    - shell: bash\n      run: |\n        docker build -t ghcr.io/octo/app:1 .\n        docker push ghcr.io/octo/app:1\n",
    };
    expect(placesOf(await run("fork-blind", files))).toEqual([
      ".github/workflows/ci.yml:10 fork-blind",
      ".github/workflows/image.yml:9 fork-blind",
    ]);
  });

  it.each([
    ["private repositories", workflow("pull_request", login), { visibility: "private" }],
    ["pushes", workflow("push", login), {}],
    [
      "a condition on the event",
      workflow(
        "[push, pull_request]",
        login.replace("        with", "        if: github.event_name == 'push'\n        with"),
      ),
      {},
    ],
    [
      "a condition on the fork",
      workflow("pull_request", login, "    if: github.event.pull_request.head.repo.fork == false\n"),
      {},
    ],
    [
      "a flag of an earlier step",
      workflow(
        "pull_request",
        `      - id: may\n        run: echo "push=\${{ secrets.DOCKER_TOKEN != '' }}" >> "$GITHUB_OUTPUT"\n${login.replace("        with", "        if: steps.may.outputs.push == 'true'\n        with")}`,
      ),
      {},
    ],
    [
      "the job's own token",
      workflow("pull_request", login.replace("secrets.DOCKER_TOKEN", "secrets.GITHUB_TOKEN")),
      {},
    ],
    [
      "a login that may fail",
      workflow("pull_request", login.replace("        with", "        continue-on-error: true\n        with")),
      {},
    ],
    ["a local registry", workflow("pull_request", "      - run: docker push localhost:5000/app\n"), {}],
    [
      "a push that an expression turns off",
      workflow(
        "[push, pull_request]",
        "      - uses: docker/build-push-action@v6\n        with:\n          push: ${{ github.event_name != 'pull_request' }}\n          tags: octo/app\n",
      ),
      {},
    ],
  ])("is silent on %s", async (_, text, settings) =>
    expect(inShort(await run("fork-blind", text, settings))).toEqual([]),
  );

  it("finds `pull_requests[0]` that nobody tests, in expressions and in code", async () => {
    const chain = "{ workflow_run: { workflows: [Build] } }";
    expect(
      await run(
        "fork-blind",
        workflow(chain, "      - run: gh pr comment ${{ github.event.workflow_run.pull_requests[0].number }} -b x\n"),
      ),
    ).toHaveLength(1);
    expect(
      await run(
        "fork-blind",
        workflow(
          chain,
          "      - uses: actions/github-script@v8\n        with:\n          script: core.info(context.payload.workflow_run.pull_requests[0].number)\n",
        ),
      ),
    ).toHaveLength(1);
    expect(
      await run(
        "fork-blind",
        workflow(
          chain,
          "      - if: github.event.workflow_run.pull_requests[0] != null\n        run: gh pr comment ${{ github.event.workflow_run.pull_requests[0].number }} -b x\n",
        ),
      ),
    ).toEqual([]);
    expect(
      await run(
        "fork-blind",
        workflow(chain, "      - run: echo ${{ github.event.workflow_run.pull_requests[0].number || 'none' }}\n"),
      ),
    ).toEqual([]);
    expect(
      await run(
        "fork-blind",
        workflow(
          chain,
          "      - uses: actions/github-script@v8\n        with:\n          script: core.info(context.payload.workflow_run.pull_requests[0]?.number)\n",
        ),
      ),
    ).toEqual([]);
  });
});

describe("login-before-registry-access", () => {
  const login = (registry: string, condition = "") =>
    `      - uses: docker/login-action@v3\n${condition}        with:\n          registry: ${registry}\n          username: octo\n          password: \${{ github.token }}\n`;
  const push = "      - run: docker push ghcr.io/octo/app:1\n";

  it("names the event on which the login is skipped", async () => {
    const [finding] = await run(
      "login-before-registry-access",
      workflow("[push, pull_request]", login("ghcr.io", "        if: github.event_name == 'push'\n") + push),
    );
    expect(finding?.message).toBe(
      "On `pull_request` the login to `ghcr.io` is skipped and this push is not, so the registry refuses it. Give both the same condition.",
    );
    expect(finding?.related).toHaveLength(1);
  });

  it("finds a name that is given in the registry without a login", async () => {
    expect(
      placesOf(
        await run(
          "login-before-registry-access",
          workflow(
            "push",
            "      - run: docker buildx imagetools create --tag ghcr.io/octo/app:2 ghcr.io/octo/app:1\n",
          ),
        ),
      ),
    ).toEqual([".github/workflows/example.yml:6 login-before-registry-access"]);
  });

  describe("pulls of what the repository pushes itself", () => {
    const files = (steps: string): Record<string, string> => ({
      ".github/workflows/build.yml": `name: Build\n${workflow("push", login("ghcr.io") + push)}`,
      ".github/workflows/test.yml": workflow("{ workflow_run: { workflows: [Build] } }", steps),
    });
    const find = async (steps: string, settings = {}) =>
      (await run("login-before-registry-access", files(steps), settings)).map(
        ({ level, start }) => `${start.line} ${level}`,
      );

    it("wants a login where they are private, and mentions one under strict", async () => {
      expect(await find("      - run: docker pull ghcr.io/octo/app:1\n", { visibility: "private" })).toEqual([
        "6 error",
      ]);
      expect(await find("      - run: docker run ghcr.io/octo/app:1 make test\n", { visibility: "private" })).toEqual([
        "6 error",
      ]);
      expect(await find("      - run: docker pull ghcr.io/octo/app:1\n")).toEqual(["6 info"]);
    });

    it.each([
      ["a login", `${login("ghcr.io")}      - run: docker pull ghcr.io/octo/app:1\n`, { visibility: "private" }],
      ["somebody else's image", "      - run: docker pull ghcr.io/astral-sh/uv:1\n", { visibility: "private" }],
      [
        "an image that the job has loaded",
        "      - run: docker load -i app.tar\n      - run: docker run ghcr.io/octo/app:1 make test\n",
        { visibility: "private" },
      ],
      ["public packages", "      - run: docker pull ghcr.io/octo/app:1\n", { visibility: "public" }],
      [
        "a repository of which nobody says whether it is private",
        "      - run: docker pull ghcr.io/octo/app:1\n",
        { preset: "recommended" },
      ],
    ])("is silent on %s", async (_, steps, settings) => expect(await find(steps, settings)).toEqual([]));
  });

  it("finds a push without a login, and one to another registry", async () => {
    expect(placesOf(await run("login-before-registry-access", workflow("push", push)))).toEqual([
      ".github/workflows/example.yml:6 login-before-registry-access",
    ]);
    expect(
      (await run("login-before-registry-access", workflow("push", login("quay.io") + push))).map(({ level }) => level),
    ).toEqual(["warning"]);
  });

  it.each([
    [
      "a login with the same condition",
      workflow(
        "[push, pull_request]",
        login("ghcr.io", "        if: github.event_name == 'push'\n") +
          push.replace("- run", "- if: github.event_name == 'push'\n        run"),
      ),
    ],
    [
      "a copy with credentials of its own",
      workflow(
        "push",
        '      - run: skopeo copy --dest-creds "octo:$TOKEN" docker://ghcr.io/octo/app:1 docker://ghcr.io/octo/app:2\n',
      ),
    ],
    ["a name on the machine alone", workflow("push", "      - run: docker tag app ghcr.io/octo/app:1\n")],
    [
      "a login by command",
      workflow("push", `      - run: echo "$TOKEN" | docker login ghcr.io -u octo --password-stdin\n${push}`),
    ],
    ["a local action, which may log in", workflow("push", `      - uses: ./.github/actions/setup\n${push}`)],
    ["a machine of one's own", workflow("push", push).replace("ubuntu-latest", "self-hosted")],
    ["a local registry", workflow("push", "      - run: docker push localhost:5000/app\n")],
    ["a registry that a variable holds", workflow("push", "      - run: docker push $REGISTRY/app\n")],
  ])("is silent on %s", async (_, text) =>
    expect(inShort(await run("login-before-registry-access", text))).toEqual([]),
  );
});

describe("missing-permission", () => {
  const find = (steps: string, permissions: string, settings = {}) =>
    run(
      "missing-permission",
      workflow("push", steps, permissions === "" ? "" : `    permissions: ${permissions}\n`),
      settings,
    );
  const gh = (command: string) => `      - run: ${command}\n        env:\n          GH_TOKEN: \${{ github.token }}\n`;

  it("points at the command, and adds the scope", async () => {
    const text = workflow("push", gh("gh release create v1"), "    permissions:\n      contents: read\n");
    const [finding] = await run("missing-permission", text);
    expect(finding?.start).toMatchObject({ line: 8, column: 14 });
    expect(applyFixes(text, finding?.fix ? [finding.fix] : []).text).toContain("contents: write");
  });

  it.each([
    ["artifacts of another run", gh("gh run download 1"), "{ contents: read }"],
    ["a status", gh("gh api repos/$GITHUB_REPOSITORY/statuses/$GITHUB_SHA -f state=success"), "{ contents: read }"],
    [
      "a SARIF upload",
      "      - uses: github/codeql-action/upload-sarif@v4\n        with:\n          sarif_file: a.sarif\n",
      "{ contents: read }",
    ],
    [
      "a push with the checkout's token",
      "      - uses: actions/checkout@v5\n      - run: |\n          git commit -am x\n          git push\n",
      "{ contents: read }",
    ],
    ["nothing at all", gh("gh pr comment 1 -b x"), "{}"],
    [
      "packages",
      "      - uses: actions/delete-package-versions@v5\n        with:\n          package-name: app\n          package-type: container\n",
      "{ packages: read }",
    ],
  ])("finds what %s needs", async (_, steps, permissions) =>
    expect((await find(steps, permissions)).length).toBeGreaterThan(0),
  );

  it.each([
    ["no block, where the settings decide", gh("gh release create v1"), ""],
    ["write-all", gh("gh release create v1"), "write-all"],
    ["a token of one's own", gh("gh release create v1").replace("github.token", "secrets.PAT"), "{ contents: read }"],
    [
      "a release action with a token of one's own",
      "      - uses: softprops/action-gh-release@v2\n        with:\n          token: ${{ secrets.PAT }}\n",
      "{ contents: read }",
    ],
    ["a failure that is reckoned with", gh("gh release create v1 || true"), "{ contents: read }"],
    [
      "a login for pulls beside one for pushes",
      ["ghcr.io", "docker.io"]
        .map(
          (registry) =>
            `      - uses: docker/login-action@v3\n        with:\n          registry: ${registry}\n          username: octo\n          password: \${{ ${registry === "ghcr.io" ? "github.token" : "secrets.HUB"} }}\n`,
        )
        .join("") + "      - run: docker push octo/app\n",
      "{ packages: read }",
    ],
    [
      "a push with another token",
      "      - uses: actions/checkout@v5\n        with:\n          token: ${{ secrets.PAT }}\n      - run: git push\n",
      "{ contents: read }",
    ],
    [
      "a push of another clone",
      "      - uses: actions/checkout@v5\n      - run: |\n          git clone https://example.com/docs\n          cd docs\n          git push\n",
      "{ contents: read }",
    ],
    ["what anybody may read", "      - uses: actions/checkout@v5\n", "{}"],
    ["a comment through the issue's scope", gh("gh pr comment 1 -b x"), "{ issues: write }"],
  ])("is silent on %s", async (_, steps, permissions) => expect(inShort(await find(steps, permissions))).toEqual([]));

  it("asks for reading where nobody may read", async () => {
    expect(await find("      - uses: actions/checkout@v5\n", "{}", { visibility: "private" })).toHaveLength(1);
  });
});

describe("permission-not-granted", () => {
  const called = (permissions: string) =>
    workflow("workflow_call", "      - run: make\n", `    permissions: ${permissions}\n`);
  const find = (caller: string, file: string) =>
    run("permission-not-granted", { ".github/workflows/ci.yml": caller, ".github/workflows/called.yml": file });
  const caller = (lines: string) => `on: push\n${lines}jobs:\n  call:\n    uses: ./.github/workflows/called.yml\n`;

  it("points at the call, with the called job's block beside it", async () => {
    const [finding] = await find(
      caller("permissions: { contents: read }\n"),
      called("{ contents: read, packages: write }"),
    );
    expect(finding?.message).toBe(
      "The job `a` of `.github/workflows/called.yml` asks for `packages: write`, which this job's token does not hold, so GitHub refuses the run. Grant it in this job's `permissions`.",
    );
    expect(finding?.related.map(({ file, start }) => `${file}:${start.line}`)).toEqual([
      ".github/workflows/called.yml:4",
    ]);
  });

  it("knows that nobody holds id-token by default", async () => {
    expect(await find(caller(""), called("{ id-token: write }"))).toHaveLength(1);
    expect(await find(caller(""), called("{ packages: write }"))).toEqual([]);
  });

  it("looks at what a job without a block does", async () => {
    const publishes = workflow(
      "workflow_call",
      "      - uses: actions/delete-package-versions@v5\n        with:\n          package-name: app\n          package-type: container\n",
    );
    expect(await find(caller("permissions: { contents: read }\n"), publishes)).toHaveLength(1);
    expect(await find(caller("permissions: { packages: write }\n"), publishes)).toEqual([]);
  });
});

describe("missing-gh-token", () => {
  const find = (steps: string, lines = "") => run("missing-gh-token", workflow("push", steps, lines));

  it("points at the command and gives the step a token", async () => {
    const text = workflow(
      "push",
      '      - run: |\n          set -e\n          N=$(gh pr list --json number)\n          echo "$N"\n',
    );
    const [finding] = await run("missing-gh-token", text);
    expect(finding?.start).toMatchObject({ line: 8, column: 15 });
    expect(applyFixes(text, finding?.fix ? [finding.fix] : []).text).toContain(
      "env:\n          GH_TOKEN: ${{ github.token }}",
    );
  });

  it.each([
    ["the step's env", "      - run: gh pr list\n        env:\n          GITHUB_TOKEN: ${{ github.token }}\n", ""],
    ["the job's env", "      - run: gh pr list\n", "    env:\n      GH_TOKEN: ${{ github.token }}\n"],
    ["an assignment", "      - run: GH_TOKEN=${{ github.token }} gh pr list\n", ""],
    ["an earlier login", '      - run: echo "$T" | gh auth login --with-token\n      - run: gh pr list\n', ""],
    [
      "a variable that an earlier step writes",
      '      - run: echo "GH_TOKEN=$T" >> "$GITHUB_ENV"\n      - run: gh pr list\n',
      "",
    ],
    ["a command about gh itself", "      - run: gh --version\n", ""],
    ["another program's argument", "      - run: which gh\n", ""],
  ])("is silent on %s", async (_, steps, lines) => expect(inShort(await find(steps, lines))).toEqual([]));

  it("is silent on machines where somebody may have logged in", async () =>
    expect(
      await run(
        "missing-gh-token",
        workflow("push", "      - run: gh pr list\n").replace("ubuntu-latest", "[self-hosted, linux]"),
      ),
    ).toEqual([]));
});
