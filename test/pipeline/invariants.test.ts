import { describe, expect, it } from "vitest";
import type { ConfigInput } from "../../src/config/schema.ts";
import { planOf, smallConfig } from "../support/plan-of.ts";

/** What the plan says of a config: `path: message hint`. */
const problemsOf = (input: ConfigInput, dockerfiles: Record<string, string | null> = {}): string[] =>
  planOf(input, { dockerfiles }).problems.map(({ path, message, hint }) =>
    `${path.join(".")}: ${message} ${hint ?? ""}`.trim(),
  );

const rows: { name: string; config: ConfigInput; dockerfiles?: Record<string, string | null>; expected: RegExp }[] = [
  {
    name: "an unknown build",
    config: smallConfig({ consumers: { smoke: { needs: "ap", run: "x" } } }),
    expected: /^consumers\.smoke\.needs: .*"ap".*not declared.*`app`/,
  },
  {
    name: "an unknown build in a list",
    config: smallConfig({ consumers: { smoke: { needs: ["app", "web"], run: "x" } } }),
    expected: /^consumers\.smoke\.needs\.1: .*"web"/,
  },
  {
    name: "a container of a build that is not needed",
    config: smallConfig({
      builds: { app: { kind: "image" }, web: { kind: "image" } },
      consumers: { smoke: { needs: "app", run: "x", container: { build: "web" } } },
    }),
    expected: /^consumers\.smoke\.container\.build/,
  },
  {
    name: "a container without an image",
    config: {
      project: "p",
      builds: { dist: { kind: "files", run: "make", paths: ["out"] } },
      consumers: { smoke: { needs: "dist", run: "x", container: {} } },
    },
    expected: /^consumers\.smoke\.container: /,
  },
  {
    name: "a consumer that runs nothing",
    config: smallConfig({ consumers: { smoke: { needs: "app" } } }),
    expected: /^consumers\.smoke: .*runs nothing/,
  },
  {
    name: "run beside steps",
    config: smallConfig({ consumers: { smoke: { needs: "app", run: "x", steps: [{ name: "a", run: "b" }] } } }),
    expected: /^consumers\.smoke\.run: .*both/,
  },
  {
    name: "one local tag for two images",
    config: smallConfig({
      builds: { app: { kind: "image" }, web: { kind: "image" } },
      consumers: { smoke: { needs: ["app", "web"], run: "x", localTag: "a:b" } },
    }),
    expected: /^consumers\.smoke\.localTag/,
  },
  {
    name: "a tag that no event produces",
    config: smallConfig({ consumers: { smoke: { needs: "app", run: "x", on: ["main", "nightly"] } } }),
    expected: /^consumers\.smoke\.on\.1: .*no event/,
  },
  {
    name: "a channel of an unknown branch",
    config: smallConfig({ channels: { mian: "latest" } }),
    expected: /^channels\.mian: .*`main`/,
  },
  {
    name: "copies of an unknown branch",
    config: smallConfig({
      copies: [{ host: "docker.io", namespace: "a", username: "U", password: "P", of: ["master"] }],
    }),
    expected: /^copies\.0\.of\.0/,
  },
  {
    name: "a copy onto itself",
    config: smallConfig({ copies: [{ host: "ghcr.io", namespace: "acme", username: "U", password: "P" }] }),
    expected: /^copies\.0: .*onto itself/,
  },
  {
    name: "two builds of one image",
    config: smallConfig({ builds: { app: { kind: "image" }, web: { kind: "image", image: "app" } } }),
    expected: /^builds\.web: .*both make ghcr\.io\/acme\/app/,
  },
  {
    name: "an image without a registry",
    config: { project: "p", builds: { app: { kind: "image" } } },
    expected: /^builds\.app: .*no registry/,
  },
  {
    name: "ghcr.io without an account",
    config: smallConfig({ registry: { host: "ghcr.io" } }),
    expected: /^registry: .*account/,
  },
  {
    name: "another registry without credentials",
    config: smallConfig({ registry: { host: "quay.io", namespace: "acme" } }),
    expected: /^registry: .*own token/,
  },
  {
    name: "package deletes on another registry",
    config: smallConfig({
      registry: { host: "quay.io", namespace: "a", username: "U", password: "P", cleanup: "packages" },
    }),
    expected: /^registry\.cleanup/,
  },
  {
    name: "OCI deletes on ghcr.io",
    config: smallConfig({ registry: { host: "ghcr.io", namespace: "a", cleanup: "oci" } }),
    expected: /^registry\.cleanup: .*405/,
  },
  {
    name: "a second account on the registry's host",
    config: smallConfig({ copies: [{ host: "ghcr.io", namespace: "other", username: "U", password: "P" }] }),
    expected: /^copies\.0\.host: .*one account/,
  },
  {
    name: "two accounts on a copy's host",
    config: smallConfig({
      copies: ["a", "b"].map((namespace) => ({ host: "docker.io", namespace, username: "U", password: "P" })),
    }),
    expected: /^copies\.1\.host: .*docker\.io/,
  },
  {
    name: "a retention shorter than the chain",
    config: smallConfig({ retention: { pullRequest: "10m", minimumAge: "10m" } }),
    expected: /^retention\.pullRequest: .*may be deleted after 10 minutes/,
  },
  {
    name: "a protected pattern that holds transient tags",
    config: smallConfig({ retention: { protect: ["pr-*"] } }),
    expected: /^retention\.protect\.0: .*would ever be deleted/,
  },
  {
    name: "secrets for code of forks",
    config: smallConfig({
      consumers: { smoke: { needs: "app", run: "x", secrets: { names: ["TOKEN"], grant: "always" } } },
    }),
    expected: /^consumers\.smoke\.secrets\.grant: .*TOKEN.*forks/,
  },
  {
    name: "a workflow name used twice",
    config: smallConfig({
      consumers: { a: { name: "Test", needs: "app", run: "x" }, b: { name: "test", needs: "app", run: "x" } },
    }),
    expected: /^consumers\.b\.name: .*the name "test"/,
  },
  {
    name: "a file name used twice",
    config: smallConfig({ consumers: { a: { needs: "app", run: "x" }, b: { needs: "app", run: "x", file: "a" } } }),
    expected: /^consumers\.b\.file: .*\.github\/workflows\/a\.yml/,
  },
  {
    name: "a file name of Pipewright's own",
    config: smallConfig({
      topology: "workflow_run",
      consumers: { promote: { name: "X", needs: "app", run: "x" } },
    }),
    expected: /^consumers\.promote: .*promote\.yml/,
  },
  {
    name: "a workflow outside its folder",
    config: smallConfig({ consumers: { a: { needs: "app", run: "x", file: "../../evil" } } }),
    expected: /^consumers\.a\.file: .*not directly in/,
  },
  {
    name: "a Dockerfile outside the repository",
    config: smallConfig({ builds: { app: { kind: "image", dockerfile: "../Dockerfile" } } }),
    expected: /^builds\.app\.dockerfile: .*leaves the repository/,
  },
  {
    name: "an artifact name used twice",
    config: smallConfig({
      consumers: {
        a: {
          needs: "app",
          run: "x",
          artifacts: [
            { name: "log", path: "a" },
            { name: "log", path: "b" },
          ],
        },
      },
    }),
    expected: /^consumers\.a\.artifacts\.1\.name/,
  },
  {
    name: "an artifact called like the container's logs",
    config: smallConfig({
      consumers: { a: { needs: "app", run: "x", container: {}, artifacts: [{ name: "container-logs", path: "a" }] } },
    }),
    expected: /^consumers\.a\.artifacts\.0\.name/,
  },
  {
    name: "an artifact kept too long",
    config: smallConfig({
      consumers: { a: { needs: "app", run: "x", artifacts: [{ name: "log", path: "a", keep: "91d" }] } },
    }),
    expected: /^consumers\.a\.artifacts\.0\.keep: .*90 days/,
  },
  {
    name: "a job over six hours",
    config: smallConfig({ consumers: { a: { needs: "app", run: "x", timeout: "7h" } } }),
    expected: /^consumers\.a\.timeout: .*360 minutes/,
  },
  {
    name: "a test that outlives its job",
    config: smallConfig({ consumers: { a: { needs: "app", run: "x", timeout: "5m", testTimeout: "6m" } } }),
    expected: /^consumers\.a\.testTimeout/,
  },
  {
    name: "a matrix that is too large",
    config: smallConfig({
      consumers: {
        a: {
          needs: "app",
          run: "x",
          matrix: { x: Array.from({ length: 17 }, (_, i) => i), y: Array.from({ length: 16 }, (_, i) => i) },
        },
      },
    }),
    expected: /^consumers\.a\.matrix: .*272 jobs/,
  },
  {
    name: "an expression in a script",
    config: smallConfig({ consumers: { a: { needs: "app", run: "echo ${{ github.head_ref }}" } } }),
    expected: /^consumers\.a\.run: .*expression/,
  },
  {
    name: "a matrix key that GitHub reads otherwise",
    config: smallConfig({ consumers: { a: { needs: "app", run: "x", matrix: { include: ["x"] } } } }),
    expected: /^consumers\.a\.matrix\.include: .*combinations/,
  },
  {
    name: "a matrix value that stands twice",
    config: smallConfig({ consumers: { a: { needs: "app", run: "x", matrix: { v: ["1", 1] } } } }),
    expected: /^consumers\.a\.matrix\.v\.1: .*twice/,
  },
  {
    name: "a secret in a consumer's environment",
    config: smallConfig({ consumers: { a: { needs: "app", run: "x", env: { T: "${{ secrets.TOKEN }}" } } } }),
    expected: /^consumers\.a\.env\.T: .*forks/,
  },
  {
    name: "a secret in an action's inputs",
    config: smallConfig({
      consumers: {
        a: {
          needs: "app",
          steps: [{ name: "x", uses: "actions/setup-node", with: { token: "${{ format('{0}', secrets['TOKEN']) }}" } }],
        },
      },
    }),
    expected: /^consumers\.a\.steps\.0\.with\.token: .*forks/,
  },
  {
    name: "an expression that never ends",
    config: smallConfig({ consumers: { a: { needs: "app", run: "x", env: { T: "${{ oops" } } } }),
    expected: /^consumers\.a\.env\.T: .*never ends/,
  },
  {
    name: "an expression in a name",
    config: smallConfig({ consumers: { a: { name: "Test ${{ x }}", needs: "app", run: "x" } } }),
    expected: /^consumers\.a\.name: .*as it stands/,
  },
  {
    name: "an expression in a matrix",
    config: smallConfig({ consumers: { a: { needs: "app", run: "x", matrix: { v: ["${{ github.ref }}"] } } } }),
    expected: /^consumers\.a\.matrix\.v\.0: .*as it stands/,
  },
  {
    name: "a default branch that is a pattern",
    config: smallConfig({ branches: { main: "release/*" } }),
    expected: /^branches\.main: .*one default branch/,
  },
  {
    name: "an integration branch that is an exclusion",
    config: smallConfig({ branches: { integration: ["release/*", "!release/old"] } }),
    expected: /^branches\.integration\.1: .*takes branches out/,
  },
  {
    name: "a branch pattern that GitHub cannot read",
    config: smallConfig({ branches: { feature: ["fix/*", "!c++"] } }),
    expected: /^branches\.feature\.1: .*cannot read the pattern "!c\+\+"/,
  },
  {
    name: "a channel of a pattern without a star",
    config: smallConfig({ branches: { integration: ["v[0-9]"] }, channels: { "v[0-9]": "next" } }),
    expected: /^channels\.v\[0-9\]: .*to and fro/,
  },
  {
    name: "two variables that GitHub cannot tell apart",
    config: smallConfig({ consumers: { smoke: { needs: "app", run: "x", env: { Foo: "1", foo: "2" } } } }),
    expected: /^consumers\.smoke\.env\.foo: "Foo" and "foo" are one name to GitHub/,
  },
  {
    name: "two secrets that GitHub cannot tell apart",
    config: smallConfig({ consumers: { smoke: { needs: "app", run: "x", secrets: ["A_B", "a_b"] } } }),
    expected: /^consumers\.smoke\.secrets\.1: "A_B" and "a_b" are one name/,
  },
  {
    name: "a variable that is a secret as well",
    config: smallConfig({ consumers: { smoke: { needs: "app", run: "x", env: { KEY: "1" }, secrets: ["KEY"] } } }),
    expected: /^consumers\.smoke\.secrets\.0: "KEY" is both a variable and a secret/,
  },
  {
    name: "a variable that takes the image's place",
    config: smallConfig({ consumers: { smoke: { needs: "app", run: "x", env: { image: "alpine" } } } }),
    expected: /^consumers\.smoke\.env\.image: "image" is the image under test/,
  },
  {
    name: "a secret that takes the image's place",
    config: smallConfig({ consumers: { smoke: { needs: "app", run: "x", secrets: ["IMAGE_APP"] } } }),
    expected: /^consumers\.smoke\.secrets\.0: "IMAGE_APP" is the image "app" under test/,
  },
  {
    name: "a variable of the runner",
    config: smallConfig({
      consumers: { smoke: { needs: "app", steps: [{ name: "a", run: "x", env: { RUNNER_TEMP: "/x" } }] } },
    }),
    expected: /^consumers\.smoke\.steps\.0\.env\.RUNNER_TEMP: "RUNNER_TEMP" is GitHub's own/,
  },
  {
    name: "a version of one's own in a build that is told its version",
    config: smallConfig({
      builds: { dist: { kind: "files", run: "make", paths: ["out"], env: { VERSION: "1" } } },
      consumers: { smoke: { needs: "dist", run: "x" } },
    }),
    expected: /^builds\.dist\.env\.VERSION: "VERSION" is the version of this build/,
  },
  {
    name: "a character that no file can hold",
    config: smallConfig({ consumers: { smoke: { needs: "app", run: "echo a\u0000b" } } }),
    expected: /^consumers\.smoke\.run: .*U\+0000/,
  },
  {
    name: "half a character",
    config: smallConfig({ consumers: { smoke: { needs: "app", run: ["true", "echo \ud83d!"] } } }),
    expected: /^consumers\.smoke\.run\.1: .*U\+D83D/,
  },
  {
    name: "a carriage return within a line",
    config: smallConfig({ consumers: { smoke: { needs: "app", run: "echo a\rb" } } }),
    expected: /^consumers\.smoke\.run: .*U\+000D/,
  },
  {
    name: "a branch declared twice",
    config: smallConfig({ branches: { integration: ["dev", "main"] } }),
    expected: /^branches\.integration\.1: .*twice/,
  },
  {
    name: "a branch called nightly beside nightly images",
    config: smallConfig({ nightly: {}, branches: { integration: ["nightly"] } }),
    expected: /^branches: .*"nightly" means/,
  },
  {
    name: "a channel of a pattern",
    config: smallConfig({ branches: { integration: ["release/*"] }, channels: { "release/*": "next" } }),
    expected: /^channels\.release\/\*: .*to and fro/,
  },
  {
    name: "one tag for two channels",
    config: smallConfig({ branches: { integration: ["dev"] }, channels: { dev: "latest" } }),
    expected: /^channels\.dev: .*both move/,
  },
  {
    name: "a channel with a tag that releases move",
    config: smallConfig({ channels: { main: "1" } }),
    expected: /^channels\.main: .*class release/,
  },
  {
    name: "copies of a branch without a channel",
    config: smallConfig({
      branches: { integration: ["dev", "stage"] },
      copies: [{ host: "quay.io", namespace: "a", username: "U", password: "P", of: ["stage"] }],
    }),
    expected: /^copies\.0\.of\.0: .*no channel/,
  },
  {
    name: "two images copied to one name",
    config: smallConfig({
      builds: { app: { kind: "image", image: "a/web" }, api: { kind: "image", image: "b/web" } },
      copies: [{ host: "quay.io", namespace: "a", username: "U", password: "P" }],
    }),
    expected: /^builds\.api: .*both be copied/,
  },
  {
    name: "Docker Hub without an account",
    config: smallConfig({ registry: { host: "docker.io", username: "U", password: "P" } }),
    expected: /^registry: .*Docker Hub/,
  },
  {
    name: "a build argument of two lines",
    config: smallConfig({ builds: { app: { kind: "image", args: { A: "a\nb" } } } }),
    expected: /^builds\.app\.args\.A: .*several lines/,
  },
  {
    name: "a container's variable of two lines",
    config: smallConfig({ consumers: { a: { needs: "app", run: "x", container: { env: { A: "a\nb" } } } } }),
    expected: /^consumers\.a\.container\.env\.A: .*several lines/,
  },
  {
    name: "a container that may take longer than its job",
    config: smallConfig({
      consumers: {
        a: {
          needs: "app",
          run: "x",
          timeout: "5m",
          container: { health: { url: "http://localhost/", timeout: "1h" } },
        },
      },
    }),
    expected: /^consumers\.a\.container\.health\.timeout/,
  },
  {
    name: "a release without an image",
    config: { project: "p", builds: { dist: { kind: "files", run: "make", paths: ["out"] } }, release: {} },
    expected: /^release: .*none is built/,
  },
  {
    name: "a release that waits too long",
    config: smallConfig({ release: { wait: "10h" } }),
    expected: /^release\.wait: .*360 minutes/,
  },
  {
    name: "a consumer called like the build's gate",
    config: smallConfig({ consumers: { a: { name: "build ready", needs: "app", run: "x" } } }),
    expected: /^consumers\.a\.name: .*Another check/,
  },
  {
    name: "a consumer called like another's nightly verdict",
    config: smallConfig({
      nightly: {},
      consumers: { a: { name: "E2E", needs: "app", run: "x" }, b: { name: "E2E (nightly)", needs: "app", run: "x" } },
    }),
    expected: /^consumers\.b\.name: .*Another check/,
  },
  {
    name: "a tag pattern under which every branch reads as a long-lived one",
    config: smallConfig({
      branches: { integration: ["**"] },
      tags: { commit: "{branch}-{sha}" },
      retention: { protect: ["keep"] },
    }),
    expected: /^tags\.branch: .*class commit/,
  },
  {
    name: "a tag pattern with an unknown placeholder beside protected tags",
    config: smallConfig({ tags: { commit: "{oops}-{sha}" }, retention: { protect: ["keep"] } }),
    expected: /^tags\.commit: .*cannot know/,
  },
  {
    name: "an unknown action",
    config: smallConfig({ consumers: { a: { needs: "app", steps: [{ name: "x", uses: "actions/chekout" }] } } }),
    expected: /^consumers\.a\.steps\.0\.uses: .*actions\/checkout/,
  },
  {
    name: "an action with a version",
    config: smallConfig({ consumers: { a: { needs: "app", steps: [{ name: "x", uses: "actions/cache@v4" }] } } }),
    expected: /^consumers\.a\.steps\.0\.uses: .*one place/,
  },
  {
    name: "an input that the action lacks",
    config: smallConfig({
      consumers: { a: { needs: "app", steps: [{ name: "x", uses: "actions/setup-node", with: { version: 20 } }] } },
    }),
    expected: /^consumers\.a\.steps\.0\.with\.version: .*no input/,
  },
  {
    name: "a tag pattern without the commit",
    config: smallConfig({ tags: { pullRequest: "pr-{number}" } }),
    expected: /^tags\.pullRequest: .*lacks \{sha\}/,
  },
  {
    name: "a Dockerfile that is not there",
    config: smallConfig(),
    dockerfiles: { Dockerfile: null },
    expected: /^builds\.app\.dockerfile: There is no file "Dockerfile"/,
  },
  {
    name: "an input that the Dockerfile copies and the config leaves out",
    config: smallConfig({ builds: { app: { kind: "image", inputs: ["Dockerfile", "src/**"] } } }),
    dockerfiles: { Dockerfile: "FROM scratch\nCOPY src /src\nCOPY assets/ /assets\n" },
    expected: /^builds\.app\.inputs: Dockerfile:3 copies "assets\/"/,
  },
];

describe("plan invariants", () => {
  it.each(rows)("finds $name", ({ config, dockerfiles, expected }) => {
    expect(problemsOf(config, dockerfiles).filter((problem) => expected.test(problem))).toHaveLength(1);
  });

  it("has nothing to say of a config that fits together", () => {
    expect(
      problemsOf(
        smallConfig({
          nightly: {},
          release: {},
          metrics: {},
          mergeQueue: true,
          branches: { integration: ["development"], feature: ["feature/**"] },
        }),
      ),
    ).toEqual([]);
  });

  it("says all of it at once", () => {
    expect(
      problemsOf(smallConfig({ consumers: { a: { needs: "x", run: "y" }, b: { needs: "z" } } })).length,
    ).toBeGreaterThanOrEqual(3);
  });
});
