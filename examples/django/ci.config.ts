import { bake, days, defineConfig, deploy, ghcr, minutes, seconds } from "pipewright";

/** The apps of one CapRover: each gets the image that was tested, under its commit's tag, with a token of its own. */
const services = ["web", "celery", "celerybeat", "flower"] as const;
const shell = (name: string): string => name.toUpperCase();
const caprover = (app: string, service: string): string =>
  `CAPROVER_APP="${app}" CAPROVER_APP_TOKEN="$CAPROVER_${shell(service)}_TOKEN" CAPROVER_IMAGE_NAME="$NAME_${shell(service)}:$TAG" npx --yes caprover@2.4.4 deploy`;
const tokens = ["CAPROVER_URL", ...services.map((service) => `CAPROVER_${shell(service)}_TOKEN`)];
const answers = (url: string): string => `curl --fail --silent --show-error --retry 5 --retry-all-errors --max-time 10 "${url}/health"`;

/** What ships is built where it can ship; pull requests build what tests them. */
const ships = { dockerfile: "deployment/Dockerfile", args: { SKIP_CHROMIUM: 0, SKIP_JS_BUILD: 0 }, on: ["main", "manual"] } as const;

export default defineConfig({
  project: "site",
  registry: ghcr("aaronspindler"),
  branches: { main: "main" },
  channels: { main: "latest" },
  tags: { shaLength: 40, commit: "{sha}" },
  failedTests: "withdraw",
  moveTags: "after-tests",
  names: { build: "CI", bases: "Build Base Image" },
  files: { names: { build: "ci", bases: "build-base-image" } },

  builds: {
    images: bake({
      file: "deployment/docker-bake.hcl",
      targets: {
        test: { image: "site-test", dockerfile: "deployment/Dockerfile", args: { SKIP_CHROMIUM: 1, SKIP_JS_BUILD: 1 }, scan: false, maxSize: "900MB" },
        web: { image: "site-web", ...ships },
        celery: { image: "site-celery", ...ships },
        celerybeat: { image: "site-celerybeat", ...ships },
        flower: { image: "site-flower", ...ships, maxSize: "400MB" },
      },
      cache: "registry-per-branch",
      // Saving images of a gigabyte takes longer than building a missing one from its layers, which the tests do themselves.
      fallback: false,
      inputs: ["deployment/**", "requirements/**", "package.production.json", "package-lock.json", "manage.py", "config/**", "apps/**", "frontend/**"],
      labels: { "com.aaronspindler.build.run": "{run}" },
      scan: { severities: ["CRITICAL", "HIGH"], ignoreUnfixed: true },
      maxSize: "1100MB",
      timeout: minutes(15),
      budget: { target: minutes(3), maximum: minutes(6) },
    }),
  },

  consumers: {
    tests: {
      name: "Tests",
      needs: "test",
      steps: [
        { name: "Start the database and the broker", run: "docker compose --file deployment/docker-compose.test.yml up --detach --wait postgres redis", timeout: minutes(3) },
        { name: "Run all tests", run: "docker compose --file deployment/docker-compose.test.yml run --rm --no-TTY test_runner", timeout: minutes(12) },
      ],
      results: { junit: ["test-results/*.xml"] },
      coverage: { file: "test-results/coverage.xml", format: "cobertura" },
      diagnostics: { run: "docker compose --file deployment/docker-compose.test.yml logs --no-color > compose.log", paths: ["compose.log"] },
      timeout: minutes(15),
      budget: { target: minutes(8), maximum: minutes(12) },
    },
    smoke: {
      name: "Smoke Test",
      needs: services,
      setup: { python: "3.13", cache: "pip" },
      container: { build: "web", ports: ["8000:80"], env: { DJANGO_SETTINGS_MODULE: "config.settings_smoke" }, health: { url: "http://localhost:8000/health", timeout: seconds(60), interval: seconds(2) } },
      steps: [
        { name: "Install the client", run: "pip install --requirement requirements/smoke.txt" },
        { name: "Ask the pages that matter", run: "python deployment/smoke.py http://localhost:8000" },
        { name: "Start what works behind them", run: 'docker run --rm "$IMAGE_CELERY" celery --app config report\ndocker run --rm "$IMAGE_CELERYBEAT" celery --app config beat --help\ndocker run --rm "$IMAGE_FLOWER" celery --app config flower --help' },
      ],
      timeout: minutes(10),
    },
  },

  publish: {
    staging: deploy({
      images: services,
      environment: { name: "staging", url: "https://staging.aaronspindler.com" },
      setup: { node: "24" },
      secrets: tokens,
      run: services.map((service) => caprover(`staging-${service}`, service)),
      health: { url: "https://staging.aaronspindler.com/health", timeout: minutes(3), interval: seconds(5) },
    }),
    production: deploy({
      images: services,
      after: ["staging"],
      environment: { name: "production", url: "https://aaronspindler.com" },
      setup: { node: "24" },
      secrets: [...tokens, "CAPROVER_CANARY_TOKEN"],
      canary: {
        run: caprover("site-canary", "web").replace("CAPROVER_WEB_TOKEN", "CAPROVER_CANARY_TOKEN"),
        verify: answers("https://canary.aaronspindler.com"),
      },
      run: services.map((service) => caprover(`site-${service}`, service)),
      health: { url: "https://aaronspindler.com/health", timeout: minutes(3), interval: seconds(5) },
    }),
  },

  bases: {
    "site-base": { dockerfile: "deployment/Dockerfile.base", schedule: "0 3 * * 1", pins: ["deployment/Dockerfile"], scan: { severities: ["CRITICAL"], ignoreUnfixed: true } },
  },

  retention: { pullRequest: days(2), commit: days(30), caches: { keepNewest: 5, after: days(7) }, schedule: "0 2 * * 0", dryRun: false },
  metrics: {
    thresholds: {
      buildMinutes: 3,
      testMinutes: 8,
      totalMinutes: 12,
      pipelineMinutes: 12,
      timeReductionPercent: 50,
      cacheHitPercent: 98,
      cacheRestoreSeconds: 15,
      cacheGigabytes: 5,
      testFailurePercent: 10,
      publishSuccessPercent: 100,
      imageMegabytes: { test: 900, web: 1100, celery: 1100, celerybeat: 1100, flower: 400 },
      imageReductionPercent: 30,
    },
    regressions: { testFailurePoints: 1 },
    baseline: { buildMinutes: 8, totalMinutes: 27, pipelineMinutes: 27, imageMegabytes: { web: 1800, celery: 1800, celerybeat: 2100, flower: 1800, test: 1800 } },
  },
});
