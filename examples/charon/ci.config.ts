import { days, defineConfig, dockerHub, ghcr, hours, image, minutes, seconds } from "pipewright";

/** What the four integration tests have in common: the image under the name that the scripts expect. */
const integration = (title: string, script: string) => ({
  name: `Integration Test: ${title}`,
  needs: "charon" as const,
  run: `./scripts/${script}`,
  localTag: "charon:local",
  group: "integration",
  timeout: minutes(15),
  testTimeout: minutes(10),
  artifacts: [{ name: `${script.replace(".sh", "")}-logs`, path: "logs/", when: "failure" as const, keep: days(7) }],
});

export default defineConfig({
  project: "charon",
  topology: "workflow_run",
  registry: ghcr("wikid82"),
  copies: [dockerHub("wikid82", { username: "DOCKERHUB_USERNAME", password: "DOCKERHUB_TOKEN" })],
  branches: { main: "main", integration: ["development"], feature: ["feature/**"] },
  channels: { main: "latest", development: "dev", nightly: "nightly" },
  tags: { shaLength: 7 },
  forks: "test",
  freshness: "fail",
  mergeQueue: true,
  moveTags: "after-tests",

  builds: {
    charon: image({
      dockerfile: "Dockerfile",
      context: ".",
      args: { VERSION: "{version}", VCS_REF: "{commit}", BUILD_DATE: "{created}" },
      platforms: {
        default: ["linux/amd64", "linux/arm64"],
        pullRequest: ["linux/amd64"],
        feature: ["linux/amd64"],
        queue: ["linux/amd64"],
      },
      multiPlatform: "native",
      cache: "gha",
      timeout: minutes(30),
      inputs: ["Dockerfile", ".dockerignore", "backend/**", "frontend/**"],
      scan: { severities: ["CRITICAL", "HIGH"], block: true, sarif: true },
      sbom: true,
      provenance: "max",
      attest: true,
      fallback: "artifact",
    }),
  },

  consumers: {
    "crowdsec-integration": integration("CrowdSec", "crowdsec_integration.sh"),
    "cerberus-integration": integration("Cerberus", "cerberus_integration.sh"),
    "waf-integration": integration("WAF", "waf_integration.sh"),
    "rate-limit-integration": integration("Rate Limiting", "rate_limit_integration.sh"),
    "supply-chain-pr": {
      name: "Supply Chain",
      needs: "charon",
      localTag: "charon:local",
      steps: [
        {
          name: "Make the bill of materials",
          uses: "anchore/sbom-action",
          with: { image: "charon:local", format: "spdx-json", "output-file": "sbom.spdx.json", "upload-artifact": false },
        },
        { name: "Look for known vulnerabilities", uses: "anchore/scan-action", with: { sbom: "sbom.spdx.json", "severity-cutoff": "high", "output-format": "table" } },
      ],
      artifacts: [{ name: "sbom", path: "sbom.spdx.json", keep: days(30) }],
      timeout: minutes(15),
    },
    "security-pr": {
      name: "Security Scan",
      needs: "charon",
      localTag: "charon:local",
      steps: [
        { name: "Take the binary out of the image", run: 'id="$(docker create "$IMAGE")"\ndocker cp "$id:/app/charon" ./charon-binary\ndocker rm "$id"' },
        { name: "Scan the binary", uses: "aquasecurity/trivy-action", with: { "scan-type": "rootfs", "scan-ref": "./charon-binary", severity: "CRITICAL,HIGH", "exit-code": "1", format: "table", output: "trivy-binary.txt" } },
      ],
      artifacts: [{ name: "trivy-report", path: "trivy-binary.txt", when: "failure", keep: days(7) }],
      timeout: minutes(15),
    },
    "e2e-tests": {
      name: "E2E Tests",
      needs: "charon",
      setup: { node: "20", cache: "npm" },
      matrix: { shard: [1, 2, 3, 4], browser: ["chromium", "firefox", "webkit"] },
      container: {
        name: "charon-e2e",
        ports: [8080, 2020, 2019],
        env: { DB_PATH: "/data/charon.db", ENVIRONMENT: "test" },
        health: { url: "http://localhost:8080/health", timeout: seconds(60), interval: seconds(2) },
      },
      env: { PLAYWRIGHT_BASE_URL: "http://localhost:8080" },
      steps: [
        { name: "Install the test dependencies", run: "npm ci" },
        { name: "Install the browser", run: 'npx playwright install --with-deps "$MATRIX_BROWSER"' },
        { name: "Run the Playwright tests", run: 'npx playwright test --project="$MATRIX_BROWSER" --shard="$MATRIX_SHARD/4"', timeout: minutes(20) },
      ],
      artifacts: [{ name: "playwright-results", path: "test-results/", keep: days(7) }],
      pull: { attempts: 3, delay: seconds(10) },
      timeout: minutes(30),
    },
  },

  retention: {
    pullRequest: hours(24),
    branch: days(7),
    commit: days(30),
    nightly: days(7),
    minimumAge: hours(48),
    protect: ["buildcache*"],
    dryRun: false,
    maxDeletions: 300,
    schedule: "0 3 * * *",
  },
  nightly: { schedule: "0 2 * * *", test: true },
  release: { tags: "v*.*.*", wait: minutes(60) },
  metrics: {
    schedule: "0 0 * * *",
    keep: days(90),
    thresholds: { buildMinutes: 20, totalMinutes: 30, buildFailurePercent: 5, pullSuccessPercent: 95, cleanupSuccessPercent: 98, storageGigabytes: 80 },
    regressions: { buildTimePercent: 20, testFailurePoints: 3, pullFailurePercent: 10 },
    baseline: { buildMinutes: 62, totalMinutes: 120, buildsPerCommit: 6, storageGigabytes: 150 },
  },
  notify: { webhook: "CI_WEBHOOK_URL" },
  names: { build: "Docker Build, Publish & Test" },
  files: { names: { build: "docker-build" } },
});
