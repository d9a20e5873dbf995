import { describe, expect, it } from "vitest";
import type { ConfigInput } from "../../src/config/schema.ts";
import { planOf, smallConfig } from "../support/plan-of.ts";

/** What the plan says of a config: `path: message hint`. */
const problemsOf = (input: ConfigInput, dockerfiles: Record<string, string | null> = {}): string[] =>
  planOf(input, { dockerfiles }).problems.map(({ path, message, hint }) => `${path.join(".")}: ${message} ${hint ?? ""}`.trim());

const rows: { name: string; config: ConfigInput; dockerfiles?: Record<string, string | null>; expected: RegExp }[] = [
  { name: "an unknown build", config: smallConfig({ consumers: { smoke: { needs: "ap", run: "x" } } }), expected: /^consumers\.smoke\.needs: .*"ap".*not declared.*`app`/ },
  { name: "an unknown build in a list", config: smallConfig({ consumers: { smoke: { needs: ["app", "web"], run: "x" } } }), expected: /^consumers\.smoke\.needs\.1: .*"web"/ },
  { name: "a container of a build that is not needed", config: smallConfig({ builds: { app: { kind: "image" }, web: { kind: "image" } }, consumers: { smoke: { needs: "app", run: "x", container: { build: "web" } } } }), expected: /^consumers\.smoke\.container\.build/ },
  { name: "a container without an image", config: { project: "p", builds: { dist: { kind: "files", run: "make", paths: ["out"] } }, consumers: { smoke: { needs: "dist", run: "x", container: {} } } }, expected: /^consumers\.smoke\.container: / },
  { name: "a consumer that runs nothing", config: smallConfig({ consumers: { smoke: { needs: "app" } } }), expected: /^consumers\.smoke: .*runs nothing/ },
  { name: "run beside steps", config: smallConfig({ consumers: { smoke: { needs: "app", run: "x", steps: [{ name: "a", run: "b" }] } } }), expected: /^consumers\.smoke\.run: .*both/ },
  { name: "one local tag for two images", config: smallConfig({ builds: { app: { kind: "image" }, web: { kind: "image" } }, consumers: { smoke: { needs: ["app", "web"], run: "x", localTag: "a:b" } } }), expected: /^consumers\.smoke\.localTag/ },
  { name: "a tag that no event produces", config: smallConfig({ consumers: { smoke: { needs: "app", run: "x", on: ["main", "nightly"] } } }), expected: /^consumers\.smoke\.on\.1: .*no event/ },
  { name: "a channel of an unknown branch", config: smallConfig({ channels: { mian: "latest" } }), expected: /^channels\.mian: .*`main`/ },
  { name: "copies of an unknown branch", config: smallConfig({ copies: [{ host: "docker.io", namespace: "a", username: "U", password: "P", of: ["master"] }] }), expected: /^copies\.0\.of\.0/ },
  { name: "a copy onto itself", config: smallConfig({ copies: [{ host: "ghcr.io", namespace: "acme", username: "U", password: "P" }] }), expected: /^copies\.0: .*onto itself/ },
  { name: "two builds of one image", config: smallConfig({ builds: { app: { kind: "image" }, web: { kind: "image", image: "app" } } }), expected: /^builds\.web: .*both make ghcr\.io\/acme\/app/ },
  { name: "an image without a registry", config: { project: "p", builds: { app: { kind: "image" } } }, expected: /^builds\.app: .*no registry/ },
  { name: "ghcr.io without an account", config: smallConfig({ registry: { host: "ghcr.io" } }), expected: /^registry: .*account/ },
  { name: "another registry without credentials", config: smallConfig({ registry: { host: "quay.io", namespace: "acme" } }), expected: /^registry: .*own token/ },
  { name: "package deletes on another registry", config: smallConfig({ registry: { host: "quay.io", namespace: "a", username: "U", password: "P", cleanup: "packages" } }), expected: /^registry\.cleanup/ },
  { name: "OCI deletes on ghcr.io", config: smallConfig({ registry: { host: "ghcr.io", namespace: "a", cleanup: "oci" } }), expected: /^registry\.cleanup: .*405/ },
  { name: "a second account on the registry's host", config: smallConfig({ copies: [{ host: "ghcr.io", namespace: "other", username: "U", password: "P" }] }), expected: /^copies\.0\.host: .*one account/ },
  { name: "two accounts on a copy's host", config: smallConfig({ copies: ["a", "b"].map((namespace) => ({ host: "docker.io", namespace, username: "U", password: "P" })) }), expected: /^copies\.1\.host: .*docker\.io/ },
  { name: "a retention shorter than the chain", config: smallConfig({ retention: { pullRequest: "10m", minimumAge: "10m" } }), expected: /^retention\.pullRequest: .*may be deleted after 10 minutes/ },
  { name: "a protected pattern that holds transient tags", config: smallConfig({ retention: { protect: ["pr-*"] } }), expected: /^retention\.protect\.0: .*would ever be deleted/ },
  { name: "secrets for code of forks", config: smallConfig({ consumers: { smoke: { needs: "app", run: "x", secrets: { names: ["TOKEN"], grant: "always" } } } }), expected: /^consumers\.smoke\.secrets\.grant: .*TOKEN.*forks/ },
  { name: "a workflow name used twice", config: smallConfig({ consumers: { a: { name: "Test", needs: "app", run: "x" }, b: { name: "test", needs: "app", run: "x" } } }), expected: /^consumers\.b\.name: .*the name "test"/ },
  { name: "a file name used twice", config: smallConfig({ consumers: { a: { needs: "app", run: "x" }, b: { needs: "app", run: "x", file: "a" } } }), expected: /^consumers\.b\.file: .*\.github\/workflows\/a\.yml/ },
  { name: "a file name of Pipewright's own", config: smallConfig({ consumers: { promote: { name: "X", needs: "app", run: "x" } } }), expected: /^consumers\.promote: .*promote\.yml/ },
  { name: "a workflow outside its folder", config: smallConfig({ consumers: { a: { needs: "app", run: "x", file: "../../evil" } } }), expected: /^consumers\.a\.file: .*not directly in/ },
  { name: "a Dockerfile outside the repository", config: smallConfig({ builds: { app: { kind: "image", dockerfile: "../Dockerfile" } } }), expected: /^builds\.app\.dockerfile: .*leaves the repository/ },
  { name: "an artifact name used twice", config: smallConfig({ consumers: { a: { needs: "app", run: "x", artifacts: [{ name: "log", path: "a" }, { name: "log", path: "b" }] } } }), expected: /^consumers\.a\.artifacts\.1\.name/ },
  { name: "an artifact called like the container's logs", config: smallConfig({ consumers: { a: { needs: "app", run: "x", container: {}, artifacts: [{ name: "container-logs", path: "a" }] } } }), expected: /^consumers\.a\.artifacts\.0\.name/ },
  { name: "an artifact kept too long", config: smallConfig({ consumers: { a: { needs: "app", run: "x", artifacts: [{ name: "log", path: "a", keep: "91d" }] } } }), expected: /^consumers\.a\.artifacts\.0\.keep: .*90 days/ },
  { name: "a job over six hours", config: smallConfig({ consumers: { a: { needs: "app", run: "x", timeout: "7h" } } }), expected: /^consumers\.a\.timeout: .*360 minutes/ },
  { name: "a test that outlives its job", config: smallConfig({ consumers: { a: { needs: "app", run: "x", timeout: "5m", testTimeout: "6m" } } }), expected: /^consumers\.a\.testTimeout/ },
  { name: "a matrix that is too large", config: smallConfig({ consumers: { a: { needs: "app", run: "x", matrix: { x: Array.from({ length: 17 }, (_, i) => i), y: Array.from({ length: 16 }, (_, i) => i) } } } }), expected: /^consumers\.a\.matrix: .*272 jobs/ },
  { name: "an expression in a script", config: smallConfig({ consumers: { a: { needs: "app", run: "echo ${{ github.head_ref }}" } } }), expected: /^consumers\.a\.run: .*expression/ },
  { name: "an unknown action", config: smallConfig({ consumers: { a: { needs: "app", steps: [{ name: "x", uses: "actions/chekout" }] } } }), expected: /^consumers\.a\.steps\.0\.uses: .*actions\/checkout/ },
  { name: "an action with a version", config: smallConfig({ consumers: { a: { needs: "app", steps: [{ name: "x", uses: "actions/cache@v4" }] } } }), expected: /^consumers\.a\.steps\.0\.uses: .*one place/ },
  { name: "an input that the action lacks", config: smallConfig({ consumers: { a: { needs: "app", steps: [{ name: "x", uses: "actions/setup-node", with: { version: 20 } }] } } }), expected: /^consumers\.a\.steps\.0\.with\.version: .*no input/ },
  { name: "a tag pattern without the commit", config: smallConfig({ tags: { pullRequest: "pr-{number}" } }), expected: /^tags\.pullRequest: .*lacks \{sha\}/ },
  { name: "a Dockerfile that is not there", config: smallConfig(), dockerfiles: { Dockerfile: null }, expected: /^builds\.app\.dockerfile: There is no file "Dockerfile"/ },
  { name: "an input that the Dockerfile copies and the config leaves out", config: smallConfig({ builds: { app: { kind: "image", inputs: ["Dockerfile", "src/**"] } } }), dockerfiles: { Dockerfile: "FROM scratch\nCOPY src /src\nCOPY assets/ /assets\n" }, expected: /^builds\.app\.inputs: Dockerfile:3 copies "assets\/"/ },
];

describe("plan invariants", () => {
  it.each(rows)("finds $name", ({ config, dockerfiles, expected }) => {
    expect(problemsOf(config, dockerfiles).filter((problem) => expected.test(problem))).toHaveLength(1);
  });

  it("has nothing to say of a config that fits together", () => {
    expect(problemsOf(smallConfig({ nightly: {}, release: {}, metrics: {}, mergeQueue: true, branches: { integration: ["development"], feature: ["feature/**"] } }))).toEqual([]);
  });

  it("says all of it at once", () => {
    expect(problemsOf(smallConfig({ consumers: { a: { needs: "x", run: "y" }, b: { needs: "z" } } })).length).toBeGreaterThanOrEqual(3);
  });
});
