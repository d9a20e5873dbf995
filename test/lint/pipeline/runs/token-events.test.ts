import { describe, expect, it } from "vitest";
import { findingsIn, inShort, placesOf, ruleNamed } from "../../../support/lint.ts";

const CHECKOUT = "      - uses: actions/checkout@v5\n";
const PUSH_TAG = `      - run: |\n          TAG="v$(cat VERSION)"\n          git tag -a "$TAG" -m "Release $TAG"\n          git push origin "\${TAG}"\n`;
const maker = (steps: string, on = "{ push: { branches: [main] } }", lines = ""): string =>
  `name: Maker\non: ${on}\njobs:\n  make:\n${lines}    runs-on: ubuntu-latest\n    steps:\n${steps}`;
const waiting = (on: string, job = "    runs-on: ubuntu-latest\n    steps:\n      - run: make publish\n"): string =>
  `name: Publish\non: ${on}\njobs:\n  publish:\n${job}`;
const ON_TAG = "{ push: { tags: ['v*'] } }";

const find = (made: string, waits: string, settings = {}, more: Record<string, string> = {}) =>
  findingsIn(
    { ".github/workflows/make.yml": made, ".github/workflows/publish.yml": waits, ...more },
    [ruleNamed("event-starts-nothing")],
    settings,
  );

describe("event-starts-nothing", () => {
  it("points at the push, with the waiting workflow beside it", async () => {
    const [finding, ...others] = await find(maker(CHECKOUT + PUSH_TAG), waiting(ON_TAG), { preset: "recommended" });
    expect(others).toEqual([]);
    expect(finding?.start).toMatchObject({ line: 11, column: 11 });
    expect(finding?.message).toBe(
      "Events of `GITHUB_TOKEN` start no workflows, so the tag that `git push` makes here never starts `Publish`, which waits for such a push. Use the token of a GitHub App or a deploy key, or start that workflow from here (`workflow_call`, `gh workflow run`).",
    );
    expect(finding?.related.map(({ file, start }) => `${file}:${start.line}`)).toEqual([
      ".github/workflows/publish.yml:2",
    ]);
  });

  it.each([
    [
      "all tags",
      maker(`${CHECKOUT}      - run: |\n          git tag v1.2.3\n          git push --tags\n`),
      waiting(ON_TAG),
    ],
    [
      "a ref that says so",
      maker(`${CHECKOUT}      - run: git push origin "HEAD:refs/tags/v\${{ github.run_number }}"\n`),
      waiting(ON_TAG),
    ],
    [
      "a release's own tag",
      maker(
        "      - uses: softprops/action-gh-release@v2\n        with:\n          tag_name: v${{ github.run_number }}\n",
      ),
      waiting(ON_TAG),
    ],
    [
      "a release",
      maker(
        "      - uses: softprops/action-gh-release@v2\n        env:\n          GITHUB_TOKEN: ${{ secrets.GITHUB_TOKEN }}\n",
        ON_TAG,
      ),
      waiting("{ release: { types: [published] } }"),
    ],
    [
      "a release with notes of its own",
      maker(
        "      - uses: softprops/action-gh-release@v2\n        with:\n          files: dist/*\n          generate_release_notes: true\n",
        ON_TAG,
      ),
      waiting("release"),
    ],
    [
      "gh",
      maker(
        '      - run: gh release create "$GITHUB_REF_NAME" --generate-notes\n        env:\n          GH_TOKEN: ${{ github.token }}\n',
        ON_TAG,
      ),
      waiting("release"),
    ],
    [
      "release-please",
      maker("      - uses: googleapis/release-please-action@v4\n"),
      waiting("{ release: { types: [created] }, workflow_dispatch: {} }"),
    ],
    [
      "semantic-release",
      maker(
        "      - uses: cycjimmy/semantic-release-action@v4\n        env:\n          GITHUB_TOKEN: ${{ secrets.GITHUB_TOKEN }}\n",
      ),
      waiting(ON_TAG),
    ],
    [
      "a site's branch",
      maker(
        "      - uses: peaceiris/actions-gh-pages@v4\n        with:\n          github_token: ${{ secrets.GITHUB_TOKEN }}\n          publish_dir: public\n",
      ),
      waiting("{ push: { branches: [gh-pages] } }"),
    ],
    [
      "a branch of its own",
      maker(`${CHECKOUT}      - run: git push origin HEAD:production\n`),
      waiting("{ push: { branches: [production] } }"),
    ],
  ])("finds %s", async (_, made, waits) => expect(await find(made, waits, { preset: "recommended" })).toHaveLength(1));

  it.each([
    [
      "a key of its own",
      maker(`${CHECKOUT}        with:\n          ssh-key: \${{ secrets.KEY }}\n${PUSH_TAG}`),
      waiting(ON_TAG),
    ],
    [
      "a token of its own",
      maker(`${CHECKOUT}        with:\n          token: \${{ secrets.PAT }}\n${PUSH_TAG}`),
      waiting(ON_TAG),
    ],
    [
      "a token with a fallback",
      maker(
        "      - uses: softprops/action-gh-release@v2\n        with:\n          token: ${{ secrets.PAT || secrets.GITHUB_TOKEN }}\n",
        ON_TAG,
      ),
      waiting("release"),
    ],
    [
      "an app's token",
      maker(
        "      - id: app\n        uses: actions/create-github-app-token@v2\n        with: { app-id: 1, private-key: x }\n      - uses: googleapis/release-please-action@v4\n        with:\n          token: ${{ steps.app.outputs.token }}\n",
      ),
      waiting("release"),
    ],
    [
      "a remote with a token in its address",
      maker(`${CHECKOUT}      - run: git remote set-url origin "https://x:\${PAT}@github.com/octo/app"\n${PUSH_TAG}`),
      waiting(ON_TAG),
    ],
    [
      "a draft, which somebody publishes",
      maker("      - uses: softprops/action-gh-release@v2\n        with:\n          draft: true\n", ON_TAG),
      waiting("release"),
    ],
    [
      "a draft of gh's",
      maker("      - run: gh release create v1 --draft\n        env:\n          GH_TOKEN: ${{ github.token }}\n"),
      waiting("release"),
    ],
    [
      "files for a release that is there",
      maker(
        "      - uses: softprops/action-gh-release@v2\n        with:\n          files: dist/*\n",
        "{ release: { types: [published] } }",
      ),
      waiting("{ release: { types: [published] } }"),
    ],
    [
      "files for a release that somebody may have made with its tag",
      maker("      - uses: softprops/action-gh-release@v2\n        with:\n          files: dist/*\n", ON_TAG),
      waiting("release"),
    ],
    ["another prefix", maker(CHECKOUT + PUSH_TAG.replace('TAG="v', 'TAG="nightly-')), waiting(ON_TAG)],
    [
      "a tag of another name",
      maker(`${CHECKOUT}      - run: git tag -f nightly && git push -f origin refs/tags/nightly\n`),
      waiting(ON_TAG),
    ],
    [
      "a release of a tag that is there, for those who wait for tags",
      maker(
        "      - uses: softprops/action-gh-release@v2\n        with:\n          tag_name: ${{ github.ref_name }}\n",
        ON_TAG,
      ),
      waiting(ON_TAG),
    ],
    ["a workflow that all pushes start", maker(CHECKOUT + PUSH_TAG), waiting("push")],
    [
      "a commit to main, to which people push as well",
      maker(`${CHECKOUT}      - run: git commit -am x && git push origin HEAD:main\n`),
      waiting("{ push: { branches: [main] } }"),
    ],
    [
      "a workflow that is called as well",
      maker(CHECKOUT + PUSH_TAG) + "  publish:\n    needs: make\n    uses: ./.github/workflows/publish.yml\n",
      waiting("{ push: { tags: ['v*'] }, workflow_call: {} }"),
    ],
    [
      "a workflow that follows the maker",
      maker(CHECKOUT + PUSH_TAG),
      waiting("{ push: { tags: ['v*'] }, workflow_run: { workflows: [Maker], types: [completed] } }"),
    ],
    [
      "a dispatch",
      maker(
        `${CHECKOUT}${PUSH_TAG}      - run: gh workflow run publish.yml\n        env:\n          GH_TOKEN: \${{ github.token }}\n`,
      ),
      waiting("{ push: { tags: ['v*'] }, workflow_dispatch: {} }"),
    ],
    [
      "tags that are only listed",
      maker(`${CHECKOUT}      - run: |\n          git tag -l "v*"\n          git push origin HEAD:docs\n`),
      waiting(ON_TAG),
    ],
    [
      "a tag that is deleted",
      maker(`${CHECKOUT}      - run: |\n          git tag v1\n          git push --delete origin v1\n`),
      waiting(ON_TAG),
    ],
    [
      "a job that is switched off",
      maker(CHECKOUT + PUSH_TAG, "push", "    if: github.event_name == 'schedule'\n"),
      waiting(ON_TAG),
    ],
    [
      "release types that nothing here makes",
      maker("      - uses: softprops/action-gh-release@v2\n", ON_TAG),
      waiting("{ release: { types: [deleted] } }"),
    ],
    [
      "pull requests, whose workflows wait for an approval",
      maker(`${CHECKOUT}      - uses: peter-evans/create-pull-request@v7\n`),
      waiting("pull_request"),
    ],
  ])("is silent on %s", async (_, made, waits) =>
    expect(inShort(await find(made, waits, { preset: "recommended" }))).toEqual([]),
  );

  it("is silent where both call the workflow that does the work", async () => {
    const call = "    uses: ./.github/workflows/work.yml\n";
    const work =
      "on: workflow_call\njobs:\n  work:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make publish\n";
    expect(
      await find(
        `${maker(CHECKOUT + PUSH_TAG)}  publish:\n    needs: make\n${call}`,
        waiting(ON_TAG, call),
        {},
        { ".github/workflows/work.yml": work },
      ),
    ).toEqual([]);
  });

  it("reads goreleaser's own file", async () => {
    const made = maker(
      `${CHECKOUT}      - uses: goreleaser/goreleaser-action@v6\n        with:\n          args: release --clean\n        env:\n          GITHUB_TOKEN: \${{ secrets.GITHUB_TOKEN }}\n`,
      ON_TAG,
    );
    expect(placesOf(await find(made, waiting("release")))).toEqual([
      ".github/workflows/make.yml:8 event-starts-nothing",
    ]);
    expect(await find(made, waiting("release"), {}, { ".goreleaser.yaml": "release:\n  draft: true\n" })).toEqual([]);
  });

  it("asks under strict of workflows that branches start as well", async () => {
    const waits = waiting("{ push: { branches: [main], tags: ['v*'] } }");
    expect(await find(maker(CHECKOUT + PUSH_TAG), waits, { preset: "recommended" })).toEqual([]);
    expect(await find(maker(CHECKOUT + PUSH_TAG), waits, { preset: "strict" })).toHaveLength(1);
  });
});
