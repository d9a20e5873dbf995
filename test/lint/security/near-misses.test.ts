/** What the rules of this family find, where they point, and what they let pass. */
import { describe, expect, it } from "vitest";
import type { LintSettings } from "../../../src/lint/settings.ts";
import { findingsIn, ruleNamed } from "../../support/lint.ts";

/** `line:column level` of what one rule finds in the steps of a job. */
async function found(
  rule: string,
  steps: string,
  { on = "push", job = "", top = "" } = {},
  settings: Partial<LintSettings> = {},
): Promise<string[]> {
  const text = `on: ${on}\n${top}jobs:\n  one:\n    runs-on: ubuntu-latest\n${job}    steps:\n${steps}`;
  return (await findingsIn(text, [ruleNamed(rule)], settings)).map(
    ({ start, level }) => `${start.line}:${start.column} ${level}`,
  );
}
const run = (...lines: string[]): string => `      - run: |\n${lines.map((line) => `          ${line}\n`).join("")}`;
const uses = (action: string, ...inputs: string[]): string =>
  `      - uses: ${action}\n${inputs.length > 0 ? `        with:\n${inputs.map((input) => `          ${input}\n`).join("")}` : ""}`;
const HEAD = "ref: ${{ github.event.pull_request.head.sha }}";

describe("untrusted-checkout", () => {
  const rule = "untrusted-checkout";
  it.each([
    [
      "runs it with a token that writes",
      uses("actions/checkout@v4", HEAD) + run("npm ci"),
      "pull_request_target",
      "",
      ["8:16 error"],
    ],
    [
      "only reads it",
      uses("actions/checkout@v4", HEAD) + run("git diff --stat"),
      "pull_request_target",
      "",
      ["8:16 warning"],
    ],
    [
      "runs it without power",
      uses("actions/checkout@v4", HEAD) + run("npm ci"),
      "pull_request_target",
      "    permissions: {}\n",
      ["9:16 warning"],
    ],
    [
      "by number",
      uses("actions/checkout@v4", "ref: refs/pull/${{ github.event.issue.number }}/head") + run("make"),
      "issue_comment",
      "",
      ["8:16 error"],
    ],
    ["in the same script", run("make clean", "gh pr checkout 5", "make"), "issue_comment", "", ["8:11 error"]],
    ["in the same script, after it ran", run("make clean", "gh pr checkout 5"), "issue_comment", "", ["8:11 warning"]],
    ["by gh", run("gh pr checkout 5", "make") + run("make"), "issue_comment", "", ["7:11 error"]],
    [
      "by a variable of git",
      '      - run: git checkout "$SHA"\n        env:\n          SHA: ${{ github.event.workflow_run.head_sha }}\n' +
        run("./build.sh"),
      "workflow_run",
      "",
      ["6:14 error"],
    ],
    [
      "by an action that looks the branch up",
      "      - uses: xt0rted/pull-request-comment-branch@v2\n        id: branch\n" +
        uses("actions/checkout@v4", "ref: ${{ steps.branch.outputs.head_ref }}") +
        run("make"),
      "issue_comment",
      "",
      ["10:16 error"],
    ],
    [
      "from the fork itself",
      uses("actions/checkout@v4", "repository: ${{ github.event.pull_request.head.repo.full_name }}") + run("make"),
      "pull_request_target",
      "",
      ["8:23 error"],
    ],
    [
      "through a local action",
      uses("actions/checkout@v4", HEAD) + uses("./.github/actions/build"),
      "pull_request_target",
      "",
      ["8:16 error"],
    ],
  ])("%s", async (_name, steps, on, job, places) => {
    expect(await found(rule, steps, { on, job })).toEqual(places);
  });
  it.each([
    ["the base", uses("actions/checkout@v4") + run("npm ci"), "pull_request_target", ""],
    ["an event without power", uses("actions/checkout@v4", HEAD) + run("npm ci"), "pull_request", ""],
    [
      "members only",
      uses("actions/checkout@v4", HEAD) + run("npm ci"),
      "pull_request_target",
      "    if: github.event.pull_request.author_association == 'MEMBER'\n",
    ],
    [
      "pushes only",
      uses("actions/checkout@v4", "ref: ${{ github.event.workflow_run.head_sha }}") + run("npm ci"),
      "workflow_run",
      "    if: github.event.workflow_run.event == 'push'\n",
    ],
    [
      "a condition on another event",
      uses("actions/checkout@v4", HEAD) + run("npm ci"),
      "[push, pull_request_target]",
      "    if: github.event_name == 'push'\n",
    ],
  ])("is silent: %s", async (_name, steps, on, job) => {
    expect(await found(rule, steps, { on, job })).toEqual([]);
  });
});

describe("untrusted-env-write", () => {
  const env = "        env:\n          BODY: ${{ github.event.comment.body }}\n          REF: ${{ github.head_ref }}\n";
  it.each([
    ["a comment", 'echo "BODY=$BODY" >> "$GITHUB_ENV"', ["7:11 error"]],
    ["a path", 'echo "$BODY" >> $GITHUB_PATH', ["7:11 error"]],
    ["by tee", 'echo "BODY=$BODY" | tee -a "$GITHUB_ENV"', ["7:31 error"]],
    ["an output", 'echo "BODY=$BODY" >> "$GITHUB_OUTPUT"', []],
    ["a branch, which is one line", 'echo "REF=$REF" >> "$GITHUB_ENV"', []],
    ["a number", 'echo "N=$GITHUB_RUN_ID" >> "$GITHUB_ENV"', []],
  ])("%s", async (_name, line, places) => {
    expect(await found("untrusted-env-write", run(line) + env, { on: "[issue_comment, pull_request_target]" })).toEqual(
      places,
    );
  });
});

describe("vulnerable-action", () => {
  it.each([
    ["actions/download-artifact@v4.1.2", true],
    ["actions/download-artifact@v4", false],
    ["actions/download-artifact@v4.1.3", false],
    ["actions/download-artifact@v3.0.2", false],
    ["actions/download-artifact@eaceaf801fd36c7dee90939fad912460b18a1ffe # v4.1.2", true],
    ["tj-actions/changed-files@v35", true],
    ["tj-actions/changed-files@0e58ed8671d6b60d0890c21b07f8835ace038e67", true],
    ["aquasecurity/trivy-action@0.28.0", true],
    ["aquasecurity/trivy-action@0.35.0", false],
    ["TJ-Actions/Branch-Names@v8", true],
    ["someone/changed-files@v35", false],
  ])("%s: %s", async (action, bad) => {
    expect(await found("vulnerable-action", uses(action))).toEqual(bad ? ["6:15 error"] : []);
  });
});

describe("typosquatted-action", () => {
  it.each([
    ["action/checkout@v4", true],
    ["dokcer/login-action@v3", true],
    ["actionss/cache@v4", true],
    ["actions/chckout@v4", false],
    ["my-org/checkout@v4", false],
    ["docker/login-action@v3", false],
    ["azur/login@v2", false],
  ])("%s: %s", async (action, bad) => {
    expect(await found("typosquatted-action", uses(action))).toHaveLength(bad ? 1 : 0);
  });
});

describe("pipe-to-shell", () => {
  it.each([
    ["curl -fsSL https://x.example.net/i.sh | bash", true],
    ["wget -qO- https://x.example.net/i.sh | sudo sh -s -- -y", true],
    ["bash <(curl -s https://x.example.net/i.sh)", true],
    ['sh -c "$(curl -fsSL https://x.example.net/i.sh)"', true],
    ["curl https://x.example.net/i.py | python3 -", true],
    ["curl https://x.example.net/a.json | python3 -m json.tool", false],
    ["curl https://x.example.net/a.json | node -e 'process.stdin'", false],
    ["curl https://x.example.net/a.json | jq .", false],
    ["curl https://x.example.net/a.json | python3 parse.py", false],
    ["curl https://x.example.net/0e58ed8671d6b60d0890c21b07f8835ace038e67/i.sh | bash", false],
    ['x="$(curl -s https://x.example.net/version)"', false],
  ])("%s: %s", async (line, bad) => {
    expect(await found("pipe-to-shell", run(line))).toHaveLength(bad ? 1 : 0);
  });
});

describe("unpinned-tool", () => {
  it.each([
    ["npm install -g vercel", true],
    ["npm i -g @vercel/ncc@latest", true],
    ["pip install --upgrade twine", true],
    ["python -m pip install build", true],
    ["npx --yes cowsay", true],
    ["go install example.com/x@latest", true],
    ["npm install", false],
    ["npm install -g vercel@33", false],
    ["npx eslint .", false],
    ["pip install --upgrade pip", false],
    ["pip install -r requirements.txt", false],
    ["pip install .[dev]", false],
    ["pip install dist/x.whl", false],
    ["pip install -c constraints.txt twine", false],
    ["pip install 'twine==5.1'", false],
    ["go install ./cmd/x", false],
    ["cargo install --path .", false],
    ["gem install rake -v 13.0", false],
  ])("%s: %s", async (line, bad) => {
    expect(await found("unpinned-tool", run(line))).toHaveLength(bad ? 1 : 0);
  });
});

describe("other rules", () => {
  it("spoofable-bot-condition asks only where outsiders get power", async () => {
    const job = "    if: github.actor == 'dependabot[bot]'\n";
    expect(await found("spoofable-bot-condition", run("true"), { on: "pull_request_target", job })).toEqual([
      "5:9 warning",
    ]);
    expect(await found("spoofable-bot-condition", run("true"), { on: "pull_request", job })).toEqual(["5:9 info"]);
    expect(
      await found("spoofable-bot-condition", run("true"), { on: "pull_request", job }, { preset: "recommended" }),
    ).toEqual([]);
    expect(
      await found("spoofable-bot-condition", run("true"), {
        on: "pull_request_target",
        job: "    if: github.actor_id == 49699333\n",
      }),
    ).toEqual(["5:9 warning"]);
    expect(
      await found("spoofable-bot-condition", run("true"), {
        on: "pull_request_target",
        job: "    if: github.actor_id == 12\n",
      }),
    ).toEqual([]);
    expect(
      await found("spoofable-bot-condition", run("true"), { on: "pull_request_target", job: job.replace("==", "!=") }),
    ).toEqual([]);
  });

  it("unsound-contains", async () => {
    const job = (condition: string): { job: string } => ({ job: `    if: ${condition}\n` });
    expect(await found("unsound-contains", run("true"), job("contains('main dev', github.ref_name)"))).toEqual([
      "5:9 warning",
    ]);
    expect(
      await found("unsound-contains", run("true"), job("contains(github.event.head_commit.message, 'x')")),
    ).toEqual([]);
    expect(await found("unsound-contains", run("true"), job("contains(fromJSON('[1]'), github.ref_name)"))).toEqual([]);
    expect(await found("unsound-contains", run("true"), job("contains('abc', 'b')"))).toEqual([]);
  });

  it("unsound-ternary points at the arm that never comes", async () => {
    const env = (value: string): string => `      - run: "true"\n        env:\n          A: \${{ ${value} }}\n`;
    expect(await found("unsound-ternary", env("github.ref && '' || 'x'"))).toEqual(["8:32 warning"]);
    expect(await found("unsound-ternary", env("github.ref && false || true"))).toHaveLength(1);
    expect(await found("unsound-ternary", env("github.ref && 'x' || ''"))).toEqual([]);
    expect(await found("unsound-ternary", env("github.ref && inputs.x || 'y'"))).toEqual([]);
  });

  it("hard-coded-secret leaves examples and key ids alone", async () => {
    const value = (text: string): string => `      - run: "true"\n        env:\n          A: ${text}\n`;
    expect(await found("hard-coded-secret", value(`ghp_${"aB3dE6gH9jK2".repeat(3)}`))).toEqual(["8:14 error"]);
    expect(await found("hard-coded-secret", value(`ghp_${"x".repeat(36)}`))).toEqual([]);
    expect(await found("hard-coded-secret", value("AKIA46X5W6CZI5DHEXYZ"))).toEqual([]);
  });

  it("insecure-download knows what is near", async () => {
    const download = (line: string): Promise<string[]> => found("insecure-download", run(line));
    expect(await download("wget http://files.example.net/a.tgz")).toEqual(["7:16 warning"]);
    expect(await download("curl -fsSLk https://files.example.net/a.tgz")).toHaveLength(1);
    expect(await download("curl http://localhost:8080/")).toEqual([]);
    expect(await download("curl http://db:8080/")).toEqual([]);
    expect(await download("curl http://10.0.0.1/ http://app.svc.cluster.local/")).toEqual([]);
    expect(await download('curl "http://$HOST/x"')).toEqual([]);
  });

  it("checkout-credentials asks a job that pushes to say so", async () => {
    expect(await found("checkout-credentials", uses("actions/checkout@v4") + run("make"))).toEqual(["6:15 warning"]);
    expect(await found("checkout-credentials", uses("actions/checkout@v4") + run("git push"))).toEqual(["6:15 info"]);
    expect(
      await found("checkout-credentials", uses("actions/checkout@v4", "persist-credentials: true") + run("make")),
    ).toEqual([]);
    expect(
      await found(
        "checkout-credentials",
        uses("actions/checkout@v4") + uses("stefanzweifel/git-auto-commit-action@v5"),
      ),
    ).toEqual(["6:15 info"]);
  });

  it("self-hosted-on-public-trigger asks only in public repositories", async () => {
    const text = "on: pull_request\njobs:\n  a:\n    runs-on: [self-hosted]\n    steps:\n      - run: make\n";
    const rule = [ruleNamed("self-hosted-on-public-trigger")];
    expect(await findingsIn(text, rule, { visibility: "public", preset: "recommended" })).toHaveLength(1);
    expect(await findingsIn(text, rule, { visibility: "private" })).toEqual([]);
    expect(await findingsIn(text, rule, { preset: "recommended" })).toEqual([]);
  });

  it("cache-in-release looks at the jobs whose artifacts are published", async () => {
    const text = `on: release
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/cache@v4
      - uses: actions/upload-artifact@v4
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/cache@v4
  publish:
    needs: build
    runs-on: ubuntu-latest
    steps:
      - uses: actions/download-artifact@v4
      - run: twine upload dist/*
`;
    expect(
      (await findingsIn(text, [ruleNamed("cache-in-release")])).map(({ start, level, related }) => [
        start.line,
        level,
        related[0]?.start.line,
      ]),
    ).toEqual([
      [6, "warning", 17],
      [11, "info", undefined],
    ]);
  });

  it("dangerous-trigger lets a comment explain what writes results back", async () => {
    const on = (event: string): string =>
      `on:\n  ${event}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n`;
    const levels = async (text: string, settings: Partial<LintSettings> = {}): Promise<string[]> =>
      (await findingsIn(text, [ruleNamed("dangerous-trigger")], settings)).map(
        ({ start, level }) => `${start.line} ${level}`,
      );
    expect(await levels(on("workflow_run: { workflows: [Build] }"))).toEqual(["2 info"]);
    expect(await levels(on("issue_comment:"))).toEqual(["2 info"]);
    expect(await levels(on("issue_comment: # only members"))).toEqual([]);
    expect(await levels(on("# only members\n  issue_comment:"))).toEqual([]);
    expect(await levels(on("issue_comment:"), { preset: "recommended" })).toEqual([]);
    expect(await levels(on("pull_request_target: # why"))).toEqual(["2 warning"]);
  });

  it("unpinned-image reads docker run", async () => {
    const at = (...lines: string[]): Promise<string[]> => found("unpinned-image", run(...lines));
    expect(await at('docker run --rm -v "$PWD:/src" -e A=1 ghcr.io/acme/tool:latest check')).toEqual(["7:49 warning"]);
    expect(await at("sudo docker run acme/tool:latest")).toEqual(["7:27 warning"]);
    expect(await at("docker run acme/tool:1.2")).toEqual([]);
    expect(await at("docker build -t acme/tool:latest .", "docker run acme/tool:latest")).toEqual([]);
    expect(await at("docker run app:latest")).toEqual([]);
    expect(await at("docker run alpine:3 docker pull acme/tool:latest")).toEqual([]);
    expect(await at("echo docker run acme/tool:latest")).toEqual([]);
  });

  it("untrusted-env-write asks about hidden values where outsiders start the run, under strict", async () => {
    const at = (line: string, on = "pull_request_target", settings: Partial<LintSettings> = {}): Promise<string[]> =>
      found("untrusted-env-write", run(line), { on }, settings);
    expect(await at('echo "A=$(./version.sh)" >> "$GITHUB_ENV"')).toEqual(["7:11 info"]);
    expect(await at('echo "$B" | tee -a "$GITHUB_PATH"')).toHaveLength(1);
    expect(await at('echo "$HOME/bin" >> "$GITHUB_PATH"')).toEqual([]);
    expect(await at("echo 'A=$(x)' >> \"$GITHUB_ENV\"")).toEqual([]);
    expect(await at('echo "A=$(./version.sh)" >> "$GITHUB_ENV"', "push")).toEqual([]);
    expect(
      await at('echo "A=$(./version.sh)" >> "$GITHUB_ENV"', "pull_request_target", { preset: "recommended" }),
    ).toEqual([]);
  });

  it("obfuscated-expression finds constants under strict, and leaves braces alone", async () => {
    const env = (value: string, settings: Partial<LintSettings> = {}): Promise<string[]> =>
      found(
        "obfuscated-expression",
        `      - run: "true"\n        env:\n          A: \${{ ${value} }}\n`,
        {},
        settings,
      );
    for (const value of ["'a' == 'a'", "true", "contains('ab', 'a')", "case(true, 'a', 'b')"])
      expect(await env(value), value).toEqual(["8:18 info"]);
    for (const value of ["'{{x}}'", "contains('ab', github.ref)", "success()"])
      expect(await env(value), value).toEqual([]);
    expect(await env("'a' == 'a'", { preset: "recommended" })).toEqual([]);
  });

  it("unpinned-tool asks for a lock file where a script adds to the project", async () => {
    for (const line of [
      "npm install left-pad",
      "npm i left-pad@1",
      "yarn add left-pad",
      "pnpm add -D left-pad",
      "bundle add rake",
    ])
      expect(await found("unpinned-tool", run(line)), line).toEqual(["7:11 info"]);
    for (const line of [
      "npm install",
      "npm ci",
      "npm install --no-audit",
      "yarn install",
      "pnpm i",
      'npm install "$PACKAGE"',
      "bundle install",
    ])
      expect(await found("unpinned-tool", run(line)), line).toEqual([]);
  });

  it("trusted-publishing asks under strict how a job without an identity publishes", async () => {
    const at = (line: string, job = "", settings: Partial<LintSettings> = {}): Promise<string[]> =>
      found("trusted-publishing", run(line), { job }, settings);
    for (const line of [
      "npm publish",
      "pnpm -r publish",
      "npm -w pkg publish",
      "cargo publish",
      "uvx twine upload dist/*",
      "python -m twine upload dist/*",
      "bundle exec gem push x.gem",
      "sudo npm publish",
    ])
      expect(await at(line), line).toEqual(["7:11 info"]);
    for (const line of [
      "npm publish --dry-run",
      "npm publish --registry https://npm.pkg.github.com",
      "npm run publish",
      "echo npm publish",
      "cargo publish --dry-run",
      "uv sync",
      "npx lerna publish",
      "bundle exec",
      "npx",
    ])
      expect(await at(line), line).toEqual([]);
    expect(await at("npm publish", "    permissions:\n      id-token: write\n")).toEqual([]);
    expect(
      await found(
        "trusted-publishing",
        uses(
          "pypa/gh-action-pypi-publish@release/v1",
          "password: ${{ secrets.X }}",
          "repository-url: https://pypi.example.com/",
        ),
      ),
    ).toEqual([]);
    expect(
      await found(
        "trusted-publishing",
        uses("rubygems/configure-rubygems-credentials@v1", "api-token: ${{ secrets.X }}"),
      ),
    ).toEqual(["6:15 info"]);
  });

  it("cache-in-release knows what restores a cache, and what turns it off", async () => {
    const at = (step: string, on = "release"): Promise<string[]> =>
      found("cache-in-release", step + run("npm publish"), { on });
    for (const step of [
      uses("oven-sh/setup-bun@v2"),
      uses("astral-sh/setup-uv@v5"),
      uses("gradle/actions/setup-gradle@v4"),
      uses("jdx/mise-action@v2"),
      uses("actions/setup-node@v5"),
      uses("Swatinem/rust-cache@v2"),
      uses("actions/cache/restore@v4"),
    ])
      expect(await at(step), step).toEqual(["6:15 warning"]);
    for (const step of [
      uses("oven-sh/setup-bun@v2", "no-cache: true"),
      uses("astral-sh/setup-uv@v4"),
      uses("gradle/actions/setup-gradle@v4", "cache-disabled: true"),
      uses("gradle/actions/wrapper-validation@v4"),
      uses("jdx/mise-action@v2", "cache: false"),
      uses("actions/setup-node@v5", "package-manager-cache: false"),
      uses("actions/setup-go@v3"),
      uses("actions/cache/save@v4"),
      uses("actions/setup-java@v4"),
      uses("ruby/setup-ruby@v1", "bundler-cache: false"),
    ])
      expect(await at(step), step).toEqual([]);
    expect(await at(uses("actions/cache@v4"), "\n  push:\n    branches: [release/*]")).toHaveLength(1);
    expect(await at(uses("actions/cache@v4"), "{ push: { branches: [main] } }")).toEqual(["6:15 info"]);
  });
});
