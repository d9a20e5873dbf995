import { days, defineConfig, dockerHub, files, ghcr, image, mavenPackage, minutes, npmPackage, publishImages } from "pipewright";

const java = { java: 21 };
/** What every Gradle build is made from. */
const gradle = ["gradlew", "gradle/**", "settings.gradle.kts", "build.gradle.kts", "gradle.properties"];
const api = "webauthn-server/src/main/resources/openapi/**";

/** Whose reviewers release what leaves the house. A secret that the repository lacks is named before anything is built. */
const production = { name: "production", secrets: "repository" as const };
const published = { on: ["main" as const, "integration" as const], environment: production, timeout: minutes(15) };

const service = (folder: string) =>
  image({
    dockerfile: `${folder}/Dockerfile`,
    inputs: [...gradle, `${folder}/**`],
    args: { VERSION: "{version}" },
    scan: { severities: ["CRITICAL", "HIGH"], block: true, apart: true },
    sbom: true,
    provenance: "max",
    timeout: minutes(15),
  });

export default defineConfig({
  project: "webauthn",
  registry: ghcr("acme"),
  branches: { main: "main", integration: ["develop"] },
  channels: { main: "latest", develop: "next" },
  version: { base: "1.0" },

  builds: {
    "webauthn-server": service("webauthn-server"),
    "test-credentials": service("webauthn-test-credentials-service"),
    "client-typescript": files({
      setup: { ...java, node: "24" },
      run: './gradlew :typescript-client:pack "-Pversion=$VERSION"',
      inputs: [...gradle, api, "typescript-client/**"],
      paths: ["typescript-client/build/packed/*.tgz"],
    }),
    "client-android": files({
      setup: java,
      run: './gradlew :android-client:publishAllPublicationsToStagingRepository "-Pversion=$VERSION"',
      inputs: [...gradle, api, "android-client/**"],
      paths: ["android-client/build/staging/**"],
    }),
  },

  consumers: {
    "unit-tests": {
      name: "Unit Tests",
      setup: java,
      caches: ["gradle"],
      secrets: ["GRADLE_ENCRYPTION_KEY"],
      run: "./gradlew test",
      artifacts: [{ name: "unit-test-reports", path: "**/build/reports/tests/", when: "failure" }],
    },
    "e2e-tests": {
      name: "E2E Tests",
      needs: ["webauthn-server", "test-credentials"],
      setup: { node: "24", cache: "npm" },
      steps: [
        { name: "Start the services", run: "./e2e/start-services.sh" },
        { name: "Install the browser", run: "npm ci\nnpx playwright install --with-deps chromium" },
        { name: "Test the registration and the login", run: "npx playwright test" },
        { name: "Show what the services said", run: "./e2e/show-logs.sh", when: "failure" },
      ],
      artifacts: [{ name: "playwright-report", path: "playwright-report/", when: "failure" }],
      timeout: minutes(15),
    },
    "client-tests": {
      name: "Client Tests",
      needs: ["client-typescript", "client-android"],
      setup: { ...java, node: "24" },
      caches: ["gradle"],
      steps: [
        { name: "Test the package for TypeScript", run: './clients/test-typescript.sh "$FILES_CLIENT_TYPESCRIPT"' },
        { name: "Test the library for Android", run: './clients/test-android.sh "$FILES_CLIENT_ANDROID"' },
      ],
    },
  },

  publish: {
    dockerhub: publishImages({
      to: dockerHub("acme", { username: "DOCKER_USERNAME", password: "DOCKER_PASSWORD" }),
      images: ["webauthn-server", "test-credentials"],
      names: { "test-credentials": "webauthn-test-credentials" },
      tags: ["{version}", "{channel}"],
      sign: true,
      attest: true,
      ...published,
    }),
    npm: npmPackage({ from: "client-typescript", access: "public", ...published }),
    central: mavenPackage({
      from: "client-android",
      username: "CENTRAL_PORTAL_USERNAME",
      password: "CENTRAL_PORTAL_PASSWORD",
      signingKey: "SIGNING_KEY",
      signingPassword: "SIGNING_PASSWORD",
      ...published,
      timeout: minutes(40),
    }),
  },
  /** The one line that stops all of it: everything else goes on. */
  publishing: true,

  caches: { gradle: { paths: ["~/.gradle/caches", "~/.gradle/wrapper"], files: ["gradle/wrapper/gradle-wrapper.properties", "**/*.gradle.kts"] } },
  retention: { commit: days(30), afterRun: { preserve: "[preserve]", keepRecent: 5 }, dryRun: false },
  metrics: { thresholds: { publishSuccessPercent: 100, pipelineMinutes: 10, storageGigabytes: 20 }, baseline: { pipelineMinutes: 13, buildsPerCommit: 2 } },
  notify: { webhook: "CI_WEBHOOK_URL", tier: "warning" },
  names: { build: "Main CI/CD" },
  files: { names: { build: "main-ci-cd" } },
});
