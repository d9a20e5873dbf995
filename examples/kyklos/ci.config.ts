import { days, defineConfig, files, ghcr, githubRelease, image, minutes, registry, seconds } from "pipewright";

/** The plan's table of times: what a stage should take, what it may take, and when it is stopped. */
const within = (target: number, maximum: number, timeout: number) => ({ budget: { target: minutes(target), maximum: minutes(maximum) }, timeout: minutes(timeout) });
/** What failed is looked into for longer than what passed. */
const keep = { success: days(7), failure: days(90) };
const go = { go: "1.21" };
const modules = "go mod download";
/** Files that Go makes. */
const built = (run: string[], main: string, ...others: string[]) => files({ setup: go, caches: ["modules", "build", "tools"], prepare: [modules, "make tools"], run, paths: [main, ...others], attest: true, keep: days(7), maxSizes: { [main]: "100MB" }, ...within(3, 5, 10) });
/** A check of the code by Go's tools, of whose failures everything is kept that explains them. */
const check = (name: string, failure: "fast" | "slow" | "soft", caches: ("build" | "lint" | "envtest" | "fixtures")[] = []) => ({ name, failure, setup: go, caches: ["modules" as const, "tools" as const, ...caches], prepare: [modules, "make tools"] });
/** A test in a cluster, of the very image and bundle that are published. */
const cluster = { fallback: "fail" as const, setup: go, caches: ["modules", "tools", "kind"] as const, prepare: [modules, "make tools kind-image"], diagnostics: { run: "./hack/cluster-state.sh", paths: ["cluster-state.yaml", "kind-logs", "scenario-traces"] } };

export default defineConfig({
  project: "kyklos",
  registry: ghcr("kyklos"),
  mirrors: [registry("quay.io", { namespace: "kyklos", username: "QUAY_USERNAME", password: "QUAY_PASSWORD" })],
  branches: { main: "main" },
  channels: { main: "latest" },
  names: { build: "CI", warmUp: "Warm caches" },
  files: { names: { build: "ci", warmUp: "cache-warm" } },

  builds: {
    binaries: built(
      ['make binaries PLATFORMS="linux/amd64 linux/arm64"', './dist/kyklos-controller-linux-amd64 --version | grep --fixed-strings "$VERSION"\n./dist/kyklos-controller-linux-amd64 --help'],
      "dist/kyklos-controller-linux-*",
      "dist/build-info.json",
    ),
    bundle: built(["make install.yaml"], "dist/install.yaml"),
    controller: image({
      platforms: { default: ["linux/amd64", "linux/arm64"], pullRequest: ["linux/amd64"] },
      args: { VERSION: "{version}", COMMIT: "{commit}" },
      inputs: ["Dockerfile", "go.mod", "go.sum", "cmd/**", "api/**", "internal/**"],
      cache: "registry",
      maxSize: "50MB",
      scan: { severities: ["CRITICAL", "HIGH"], block: true, timeout: minutes(10) },
      sbom: true,
      provenance: "max",
      attest: true,
      sign: true,
      ...within(4, 6, 15),
    }),
  },

  consumers: {
    lint: {
      ...check("Lint", "fast", ["lint"]),
      checkout: { depth: 0 },
      steps: [
        { name: "Look for unformatted code", run: 'test -z "$(gofmt -s -l . | tee /dev/stderr)"' },
        { name: "Lint the code", run: "./bin/golangci-lint run --out-format=github-actions" },
        { name: "Validate the YAML of CRDs and examples", run: "make verify-yaml" },
        { name: "Check the licence headers", run: "./hack/check-licences.sh" },
        { name: "Check the dependencies", run: "go mod verify\n./bin/govulncheck ./..." },
        { name: "Check the messages of the commits", run: "./hack/check-commits.sh" },
      ],
      diagnostics: true,
      ...within(1, 2, 5),
    },
    unit: {
      ...check("Unit tests", "fast", ["build", "fixtures"]),
      run: "./bin/gotestsum --junitfile unit.xml --jsonfile test-results.json -- -race -coverprofile=coverage.out ./...\ngo tool cover -html=coverage.out -o coverage.html",
      coverage: { file: "coverage.out", format: "go", minimum: 80, packages: { "./internal/window/...": 95, "./internal/statemachine/...": 95 }, maxDrop: 5, comment: true },
      results: { junit: ["unit.xml"], flakeBudget: 0 },
      artifacts: [{ name: "unit-reports", path: ["coverage.out", "coverage.html", "test-results.json"], keep }],
      diagnostics: { paths: ["unit.xml", "test/fixtures"] },
      ...within(2, 3, 10),
    },
    envtest: {
      ...check("Envtest", "slow", ["build", "envtest", "fixtures"]),
      run: "./bin/gotestsum --junitfile envtest.xml -- -tags=envtest ./test/envtest/... 2>&1 | tee envtest-logs.txt",
      results: { junit: ["envtest.xml"], flakeBudget: 0.05 },
      artifacts: [{ name: "envtest-logs", path: ["envtest-logs.txt", "api-server.log"], keep }],
      diagnostics: { paths: ["envtest-logs.txt", "api-server.log", "test-namespaces.yaml"] },
      ...within(3, 5, 15),
    },
    secrets: { ...check("No secrets in the code", "fast"), run: "./bin/gitleaks detect --no-git --redact", diagnostics: true, ...within(1, 2, 5) },
    verify: { ...check("Verify", "soft"), run: ["./hack/check-todos.sh", "./hack/check-godoc.sh", "make verify-examples", "./hack/check-deprecated.sh", "make lint-docs"], ...within(1, 2, 5) },
    smoke: {
      ...cluster,
      name: "Kind smoke test",
      needs: ["controller", "binaries", "bundle"],
      after: ["lint", "unit", "envtest", "secrets", "verify"],
      steps: [
        { name: "Create the cluster", run: "./bin/kind create cluster --config .kind-config.yaml --wait 2m" },
        { name: "Install the controller", run: './bin/kind load docker-image "$IMAGE"\nkubectl apply --filename "$FILES_BUNDLE/install.yaml"\nkubectl --namespace kyklos-system rollout status deployment/kyklos-controller --timeout 1m' },
        { name: "Scale up and down, pause and resume", run: "./test/smoke.sh" },
      ],
      results: { junit: ["smoke.xml"], flakeBudget: 0.5 },
      artifacts: [{ name: "smoke-results", path: ["smoke-test-results.json", "metrics-snapshot.txt"], keep }],
      ...within(5, 8, 15),
    },
    e2e: {
      ...cluster,
      name: "E2E",
      needs: ["controller", "bundle"],
      on: ["release"],
      matrix: { scenario: ["office-hours", "night-shift", "holidays", "dst", "cross-midnight", "grace-period", "pause-resume", "metrics", "upgrade"] },
      run: './test/e2e.sh "$MATRIX_SCENARIO"',
      results: { junit: ["e2e-results.xml"], flakeBudget: 0.5 },
      artifacts: [{ name: "e2e-results", path: ["e2e-results.xml", "scenario-traces"], keep }],
      ...within(8, 12, 30),
    },
  },

  caches: {
    modules: { paths: ["~/go/pkg/mod"], files: ["go.sum"], keep: days(7), setup: go, fill: modules },
    build: { paths: ["~/.cache/go-build"], files: ["**/*.go", "go.sum"], perCommit: true, keep: days(3), setup: go, fill: [modules, "go build ./..."] },
    tools: { paths: ["bin"], files: ["hack/tools.go"], keep: days(30), setup: go, fill: "make tools" },
    lint: { paths: ["~/.cache/golangci-lint"], files: [".golangci.yml"], keep: days(7) },
    envtest: { paths: ["testbin"], files: ["go.sum", "**/testenv/**"], keep: days(30), setup: go, fill: "make tools envtest" },
    kind: { paths: ["~/.cache/kind"], files: [".kind-config.yaml"], keep: days(7), fill: "make kind-image" },
    fixtures: { paths: ["test/generated"], files: ["test/fixtures/**"], keep: days(30), setup: go, fill: "make fixtures" },
  },
  warmUp: { schedule: "0 2 * * *", maxGigabytes: 2 },
  retry: { attempts: 3, delay: seconds(2), growth: "exponential", jitter: 20 },
  flakes: { runs: 100, quarantineAfter: 2, budget: 0.1, issues: true },
  retention: { pullRequest: days(7), commit: days(90), caches: { after: days(7) }, dryRun: false },

  release: { tags: "v*.*.*", environment: { name: "major-release", when: "major" } },
  publish: { release: githubRelease({ files: ["binaries", "bundle"], sboms: ["controller"], notes: "conventional", checksums: true, timeout: minutes(10) }) },

  metrics: {
    thresholds: { buildSuccessPercent: 99.5, totalMinutes: 10, pipelineMinutes: 15, cacheHitPercent: 85, cacheRestoreSeconds: 60, cacheGigabytes: 2, flakePercent: 0.1, queueDepth: 5, imageMegabytes: 50 },
    budgets: { overTargetPercent: 50 },
  },
  notify: [
    { webhook: "PAGER_WEBHOOK", format: "json", tier: "critical" },
    { webhook: "SLACK_WEBHOOK", format: "slack", tier: "warning" },
    { tier: "info" },
  ],
  // Every branch's images go to the mirror as well, so no environment can guard its password.
  lint: { rules: { "secret-outside-environment": "off" } },
});
