/** What steps need of the token. */
import { expect, it } from "vitest";
import { permissionsOfGh, permissionsOfRequest } from "../../../src/actions/gh-permissions.ts";
import { permissionsOfOctokit } from "../../../src/actions/octokit-permissions.ts";
import type { TokenNeeds } from "../../../src/actions/permissions.ts";
import { permissionsNeededByJob } from "../../../src/lint/permissions.ts";
import { openDocument } from "../../../src/workflow/document/open.ts";
import { readSource } from "../../../src/workflow/document/source-file.ts";

const words = (needs: TokenNeeds | undefined): string =>
  needs === undefined
    ? "unknown"
    : [
        ...[...needs.scopes].map(([scope, access]) => `${scope}:${access}`),
        ...[...needs.optional].map(([scope, access]) => `${scope}:${access}?`),
        ...(needs.certain ? [] : ["..."]),
      ].join(" ");

async function neededBy(steps: string, on = "push"): Promise<string> {
  const document = openDocument(
    await readSource(
      ".github/workflows/a.yml",
      `on: ${on}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n${steps}`,
    ),
  );
  const job = document.kind === "workflow" ? document.jobs[0] : undefined;
  return job ? words(permissionsNeededByJob(job)) : "no job";
}

it.each([
  ["pr list --json number", "pull-requests:read"],
  ["pr comment 3 --body x", "pull-requests:write"],
  ["pr merge --auto --squash 3", "contents:write pull-requests:write"],
  ["issue view 3", "issues:read"],
  ["run download 123 -n image", "actions:read"],
  ["run rerun 123 --failed", "actions:write"],
  ["release create v1 dist/*", "contents:write"],
  ["release view v1 --repo other/one", "unknown"],
  ["release view v1 --repo $GITHUB_REPOSITORY", "contents:read"],
  ["cache delete --all", "actions:write"],
  ["auth status", ""],
  ["api rate_limit", ""],
  ["api repos/{owner}/{repo}/pulls/3/files --paginate", "pull-requests:read"],
  ["api -X POST repos/$GITHUB_REPOSITORY/statuses/abc -f state=success", "statuses:write"],
  ["api repos/$GITHUB_REPOSITORY/statuses/abc -f state=success", "statuses:write"],
  ["api --method DELETE /orgs/acme/packages/container/app/versions/3", "packages:write"],
  ["api --method=PATCH repos/{owner}/{repo}/releases/3", "contents:write"],
  ["api graphql -f query=x", "unknown"],
  ["api repos/other/one/releases", "unknown"],
  ["some-extension run", "unknown"],
])("gh %s needs %s", (line, expected) => {
  expect(words(permissionsOfGh(line.split(" ")))).toBe(expected);
});

it("knows requests by their address", () => {
  expect(
    words(
      permissionsOfRequest("GET", "https://api.github.com/repos/$GITHUB_REPOSITORY/commits/abc/check-runs?per_page=3"),
    ),
  ).toBe("checks:read");
  expect(words(permissionsOfRequest("PUT", "/repos/{owner}/{repo}/pulls/3/merge"))).toBe("contents:write");
  expect(words(permissionsOfRequest("GET", "/repos/{owner}/{repo}/branches/main/protection"))).toBe("unknown");
  expect(words(permissionsOfRequest("GET", "/repos/{owner}/{repo}/actions/secrets"))).toBe("unknown");
});

it("reads the methods of a github-script", () => {
  expect(
    words(permissionsOfOctokit("await github.rest.issues.createComment({...context.repo, body: 'see github.com'})")),
  ).toBe("issues:write");
  expect(
    words(permissionsOfOctokit("const all = await github.paginate(github.rest.pulls.list, {}); core.info(all.length)")),
  ).toBe("pull-requests:read");
  expect(
    words(
      permissionsOfOctokit("await github.rest.repos.createCommitStatus({}); await github.rest.repos.getContent({})"),
    ),
  ).toBe("statuses:write contents:read");
  expect(words(permissionsOfOctokit("return context.payload.pull_request.title // github.rest.pulls.merge()"))).toBe(
    "",
  );
  expect(words(permissionsOfOctokit("const run = require('./.github/run.js'); await run({ github, core })"))).toBe(
    "...",
  );
  expect(words(permissionsOfOctokit("await github.graphql(query)"))).toBe("...");
});

it("joins the steps of a job", async () => {
  expect(
    await neededBy(
      "      - uses: actions/checkout@v4\n      - uses: actions/setup-go@v5\n      - run: go test ./...\n",
    ),
  ).toBe("contents:read?");
  expect(await neededBy("      - uses: actions/checkout@v4\n      - run: git commit -am x && git push\n")).toBe(
    "contents:write contents:read?",
  );
  expect(
    await neededBy(
      "      - uses: actions/checkout@v4\n        with: {token: '${{ secrets.BOT }}'}\n      - run: git push\n",
    ),
  ).toBe("contents:write ...");
  expect(await neededBy("      - uses: somebody/unknown@v1\n")).toBe("...");
  expect(await neededBy("      - run: make release\n")).toBe("...");
  expect(await neededBy("      - run: ./build.sh\n        env: {GITHUB_TOKEN: '${{ github.token }}'}\n")).toBe("...");
  expect(await neededBy("      - run: ./build.sh\n")).toBe("");
  expect(await neededBy("      - run: gh release create v1\n        env: {GH_TOKEN: '${{ secrets.PAT }}'}\n")).toBe("");
});

it("asks a registry for what the job does there", async () => {
  const login =
    "      - uses: docker/login-action@v3\n        with: {registry: ghcr.io, username: '${{ github.actor }}', password: '${{ secrets.GITHUB_TOKEN }}'}\n";
  expect(await neededBy(`${login}      - run: docker pull ghcr.io/acme/app\n`)).toBe("packages:read");
  expect(
    await neededBy(
      `${login}      - uses: docker/build-push-action@v6\n        with: {push: "\${{ github.event_name == 'push' }}", context: .}\n`,
    ),
  ).toBe("packages:write");
  expect(await neededBy(`${login}      - run: retry 3 docker push ghcr.io/acme/app\n`)).toBe("packages:write");
  expect(await neededBy(`${login}      - uses: somebody/pusher@v1\n`)).toBe("packages:read ...");
  expect(
    await neededBy(
      '      - run: echo "${{ secrets.GITHUB_TOKEN }}" | docker login ghcr.io -u x --password-stdin\n      - run: docker buildx build --push .\n',
    ),
  ).toBe("packages:write");
  expect(
    await neededBy(
      "      - uses: docker/login-action@v3\n        with: {username: a, password: '${{ secrets.HUB }}'}\n",
    ),
  ).toBe("");
});

it("takes the events into account where one number is an issue's or a pull request's", async () => {
  const comment =
    "      - uses: actions/github-script@v7\n        with:\n          script: await github.rest.issues.createComment({})\n";
  expect(await neededBy(comment, "pull_request")).toBe("pull-requests:write");
  expect(await neededBy(comment, "issues")).toBe("issues:write");
});
