import { days, defineConfig, fly, flyApp, image, minutes, seconds } from "pipewright";

const extensions = [
  ...["nodejs", "nodejs-devtools", "python", "golang", "rust", "ruby", "php", "jvm", "dotnet", "mise-config", "docker"],
  ...["infra-tools", "cloud-tools", "kubernetes", "terraform", "aws", "azure", "gcloud", "monitoring", "postgres", "redis"],
  ...["ai-tools", "claude", "openskills", "agent-manager", "playwright", "tmux-workspace", "ssh-environment"],
  ...["workspace-structure", "github-cli", "context-loader", "xfce-ubuntu"],
];

/** What must hold before a machine is worth its price; the image is built meanwhile. */
const validated = ["manager-validation", "syntax-validation"] as const;

/** A test on virtual machines of its own, of the image that the build made once: one for each value of its matrix. */
const onMachine = (name: string, command: string, settings: { matrix?: Record<string, string[]>; memory?: number; limit?: number } = {}) => ({
  name,
  needs: "sindri" as const,
  ...(settings.matrix && { matrix: settings.matrix }),
  deployment: {
    ...flyApp({ token: "FLYIO_AUTH_TOKEN", org: "personal", region: "sjc", config: "fly.toml", memory: settings.memory ?? 2048, volume: { name: "workspace", gigabytes: 10 } }),
    attempts: 3,
    delay: seconds(30),
    timeout: minutes(5),
  },
  secrets: ["FLYIO_AUTH_TOKEN"],
  steps: [{ name: "Test on the machine", run: `export FLY_API_TOKEN="$FLYIO_AUTH_TOKEN"\n./tests/${command}` }],
  dispatch: true,
  timeout: minutes(settings.limit ?? 30),
});

/** A test of the code alone, which needs neither an image nor a secret. */
const validation = (name: string, script: string) => ({ name, run: `./tests/${script}`, timeout: minutes(10) });

export default defineConfig({
  project: "sindri",
  registry: fly("sindri-registry", { token: "FLYIO_AUTH_TOKEN" }),
  branches: { main: "main", integration: ["develop"] },
  channels: { main: "latest", develop: false },
  tags: { shaLength: 7, pullRequest: "pr-{number}-{sha}", commit: "{branch}-{sha}", release: "v{version}", manual: "manual-{run}" },
  release: { tags: "v*.*.*" },
  forks: "test",
  freshness: "fail",

  builds: {
    sindri: image({
      dockerfile: "Dockerfile",
      context: ".",
      inputs: ["Dockerfile", ".dockerignore", "docker/**"],
      labels: { "com.sindri.build.workflow": "{workflow}", "com.sindri.build.run": "{run}", "org.opencontainers.image.ref.name": "{branch}" },
      fallback: false,
      timeout: minutes(30),
    }),
  },

  consumers: {
    "manager-validation": validation("Extension Manager Validation", "manager-validation.sh"),
    "syntax-validation": validation("Extension Syntax Validation", "syntax-validation.sh"),

    "per-extension": { ...onMachine("Per-Extension Tests", 'extension.sh "$APP" "$MATRIX_EXTENSION"', { matrix: { extension: extensions } }), after: validated, choose: ["extension"] },
    "api-compliance": {
      ...onMachine("Extension API Compliance", 'api-compliance.sh "$APP" "$MATRIX_EXTENSION"', { matrix: { extension: ["nodejs", "python", "golang", "rust", "docker", "ai-tools"] } }),
      after: validated,
      choose: ["extension"],
    },
    "extension-combinations": {
      ...onMachine("Extension Combinations", 'combination.sh "$APP" "$MATRIX_COMBINATION"', {
        matrix: { combination: ["fullstack", "systems", "enterprise", "ai-development", "data-science", "devops", "mobile"] },
        memory: 4096,
        limit: 45,
      }),
      after: validated,
      choose: ["combination"],
    },
    "protected-extensions-tests": { ...onMachine("Protected Extensions", 'protected-extensions.sh "$APP"'), after: validated },
    "cleanup-extensions-tests": { ...onMachine("Cleanup Extensions", 'cleanup-extensions.sh "$APP"'), after: validated },
    "manifest-operations-tests": { ...onMachine("Manifest Operations", 'manifest-operations.sh "$APP"'), after: validated },
    "dependency-chain-tests": { ...onMachine("Dependency Chain", 'dependency-chain.sh "$APP"'), after: validated },
    "test-extensions-metadata": { ...onMachine("Extensions Metadata", 'extensions-metadata.sh "$APP"'), after: validated },
    "test-extensions-upgrade-vm": { ...onMachine("Extensions Upgrade", 'extensions-upgrade.sh "$APP"'), after: validated },

    integration: { ...onMachine("Integration Tests", 'integration.sh "$APP" "$MATRIX_SCENARIO"', { matrix: { scenario: ["deployment", "volume-persistence", "ssh-access"] } }), maxParallel: 1 },
    "developer-workflow": { ...onMachine("Developer Workflow", 'developer-workflow.sh "$APP"'), after: ["integration"] },
    "mise-stack-integration": { ...onMachine("Mise Stack Integration", 'mise-stack.sh "$APP"'), after: ["integration"] },
  },

  retention: { pullRequest: days(30), branch: days(30), commit: days(30), manual: days(30), schedule: "0 2 * * 0", dryRun: false },
  metrics: {
    keep: days(90),
    thresholds: { buildMinutes: 5, deployMinutes: 1, totalMinutes: 30, testMinutes: 20, timeReductionPercent: 40, reusePercent: 80, failurePercent: 2, imageReductionPercent: 10 },
    baseline: { buildMinutes: 5, deployMinutes: 5, totalMinutes: 40, testMinutes: 30, buildsPerCommit: 51 },
  },
  notify: { webhook: "SLACK_WEBHOOK_URL", format: "slack", tier: "warning" },
  names: { build: "Build and Push Docker Image", cleanup: "Cleanup Old Docker Images", metrics: "Monitor CI Performance" },
  files: { names: { build: "build-image", cleanup: "cleanup-images", metrics: "monitor-performance" } },
});
