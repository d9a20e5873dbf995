/** Kyklos, as the scenarios play it: its emitted files in a real repository, with Go's tools and a cluster that tell what they saw. */
import { onTestFinished } from "vitest";
import config from "../../../examples/kyklos/ci.config.ts";
import { compile } from "../../../src/compiler/compile.ts";
import { type ConfigInput, configSchema } from "../../../src/config/schema.ts";
import { plan } from "../../../src/pipeline/plan.ts";
import { createWorld, type World, type WorldOptions } from "../../player/world.ts";
import type { Files } from "../../player/world/git.ts";

export const IMAGE = "kyklos/controller";
export const REPOSITORY = "Kyklos/Kyklos";
const SECRETS = { QUAY_USERNAME: "kyklos-bot", QUAY_PASSWORD: "the-password-of-quay" };

/** Two of the end-to-end scenarios, since each is a job. */
const trimmed = (full: ConfigInput): ConfigInput => {
  const { e2e } = full.consumers ?? {};
  if (!e2e) throw new Error("Kyklos's example has lost its end-to-end tests.");
  return {
    ...full,
    check: false,
    consumers: { ...full.consumers, e2e: { ...e2e, matrix: { scenario: ["office-hours", "dst"] } } },
  };
};

export async function playKyklos({
  change,
  world: options,
}: { change?: (config: ConfigInput) => ConfigInput; world?: Partial<WorldOptions> } = {}): Promise<World> {
  const base = trimmed(config);
  const { pipeline, problems } = plan(configSchema.parse(change ? change(base) : base));
  if (problems.length > 0) throw new Error(problems.map((problem) => problem.message).join("\n"));
  const world = await createWorld({
    repository: { owner: "Kyklos", name: "Kyklos", defaultBranch: "main", private: false },
    files: { ...sources, ...Object.fromEntries(compile(pipeline).map((file) => [file.path, file.body])) },
    secrets: SECRETS,
    webhook: "SLACK_WEBHOOK",
    environments: { "major-release": { reviewers: true } },
    registries: { "quay.io": { username: SECRETS.QUAY_USERNAME, password: SECRETS.QUAY_PASSWORD } },
    tools: { go, make, gofmt: PASSES, kubectl: PASSES },
    runners: 6,
    ...options,
  });
  onTestFinished(() => world.stop());
  return world;
}

const PASSES = "#!/bin/sh\nexit 0\n";

/** `go mod download` fails as often as the file says, which is how a network has a bad moment. */
const go = `#!/bin/sh -e
case "$*" in
  "mod download") if [ -e flaky-network ] && [ "$(cat "$RUNNER_TEMP/downloads" 2>/dev/null || echo 0)" -lt "$(cat flaky-network)" ]; then
      echo "$(( $(cat "$RUNNER_TEMP/downloads" 2>/dev/null || echo 0) + 1 ))" > "$RUNNER_TEMP/downloads"; echo "no route to host" >&2; exit 1; fi
    mkdir -p "$HOME/go/pkg/mod" && touch "$HOME/go/pkg/mod/downloaded" ;;
  "tool cover"*) touch coverage.html ;;
esac
`;

/** What the Makefile makes: tools and binaries. */
const make = `#!/bin/sh -e
for target in "$@"; do
  case "$target" in
    tools)
      mkdir -p bin
      for tool in golangci-lint govulncheck gitleaks kind; do printf '#!/bin/sh\\nexit 0\\n' > "bin/$tool"; done
      printf '#!/bin/sh\\n. ./test/verdict.sh\\n' > bin/gotestsum
      chmod +x bin/* ;;
    binaries)
      mkdir -p dist
      for arch in amd64 arm64; do printf '#!/bin/sh\\necho "kyklos-controller %s"\\n' "$VERSION" > "dist/kyklos-controller-linux-$arch"; done
      chmod +x dist/kyklos-controller-*
      printf '{"version": "%s"}\\n' "$VERSION" > dist/build-info.json ;;
    install.yaml) mkdir -p dist && echo "# $VERSION" > dist/install.yaml ;;
    kind-image) mkdir -p "$HOME/.cache/kind" && touch "$HOME/.cache/kind/node.tar" ;;
    envtest) mkdir -p testbin && touch testbin/etcd ;;
    fixtures) mkdir -p test/generated && touch test/generated/fixture.json ;;
  esac
done
`;

/** A coverage profile of a hundred statements, so many of them reached; the two critical packages always are. */
const profile = (covered: number): string =>
  [
    "mode: atomic",
    "example.com/kyklos/internal/window/window.go:1.1,2.1 10 1",
    "example.com/kyklos/internal/statemachine/machine.go:1.1,2.1 10 1",
    `example.com/kyklos/cmd/controller/main.go:1.1,2.1 ${covered - 20} 1`,
    `example.com/kyklos/cmd/controller/main.go:3.1,4.1 ${100 - covered} 0`,
    "",
  ].join("\n");

/** What the tests of the code do: how much they reach, and whether they pass. */
export const tests = ({ covered = 90, fails = "" }: { covered?: number; fails?: string } = {}): Files => ({
  "test/profile.out": profile(covered),
  "test/verdict.sh": `#!/bin/sh
cp test/profile.out coverage.out
echo '{}' > test-results.json
file="unit.xml"; case "$*" in *envtest*) file="envtest.xml" ;; esac
result=""; if [ -n "${fails}" ] && [ "$file" = "${fails}" ]; then result="<failure>no</failure>"; fi
printf '<testsuite name="all"><testcase classname="window" name="TestOpens" time="1">%s</testcase></testsuite>\\n' "$result" > "$file"
[ -z "$result" ]
`,
});

export const LINT_FAILS: Files = { "hack/check-licences.sh": "#!/bin/sh\necho 'main.go has no licence' >&2\nexit 1\n" };
export const VERIFY_FAILS: Files = { "hack/check-todos.sh": "#!/bin/sh\necho 'TODO without an issue' >&2\nexit 1\n" };
export const E2E_FAILS: Files = {
  "test/e2e.sh":
    '#!/bin/sh\nmkdir -p scenario-traces && touch scenario-traces/trace && echo "<testsuite/>" > e2e-results.xml\ntest "$1" != dst\n',
};

/** A change that needs a new image. */
export const change = (text: string): Files => ({ "cmd/controller/main.go": `package main // ${text}\n` });

const sources: Files = {
  Dockerfile:
    "# holds app/kyklos-controller\nFROM scratch\nCOPY go.mod go.sum ./\nCOPY api api\nCOPY cmd cmd\nCOPY internal internal\n",
  "go.mod": "module example.com/kyklos\n",
  "go.sum": "",
  ".golangci.yml": "linters: {}\n",
  ".kind-config.yaml": "kind: Cluster\n",
  "hack/tools.go": "package tools\n",
  "api/v1alpha1/types.go": "package v1alpha1\n",
  "cmd/controller/main.go": "package main\n",
  "internal/window/window.go": "package window\n",
  "internal/statemachine/machine.go": "package statemachine\n",
  "test/fixtures/window.yaml": "kind: TimeWindowScaler\n",
  ...Object.fromEntries(
    ["check-licences", "check-commits", "check-todos", "check-godoc", "check-deprecated", "cluster-state"].map(
      (name) => [`hack/${name}.sh`, PASSES],
    ),
  ),
  "test/smoke.sh":
    '#!/bin/sh -e\ndocker image inspect "$IMAGE" > /dev/null\ntest -s "$FILES_BUNDLE/install.yaml"\necho "{}" > smoke-test-results.json\ntouch metrics-snapshot.txt\necho "<testsuite/>" > smoke.xml\n',
  "test/e2e.sh":
    '#!/bin/sh -e\ndocker image inspect "$IMAGE" > /dev/null\nmkdir -p scenario-traces\ntouch scenario-traces/trace\necho "<testsuite/>" > e2e-results.xml\n',
  ...tests(),
};
