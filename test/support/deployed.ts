/** Systems whose tests deploy what they test, each to a place of its own. */
import type { ConfigInput } from "../../src/config/schema.ts";
import { flyApp, ghcr, image } from "../../src/index.ts";

const place = { fromSource: './deploy.sh "$APP"', healthy: './ask.sh "$APP"', destroy: './destroy.sh "$APP"' };

/** A matrix of which a manual run picks a value, and a test that has its image on the runner besides. */
export const deployed: ConfigInput = {
  project: "shop",
  topology: "workflow_run",
  registry: ghcr("acme"),
  branches: { feature: ["feature/**"] },
  builds: {
    app: image({ inputs: ["Dockerfile", "src/**"] }),
    tools: { kind: "files", run: "make tools", paths: ["tools/**"] },
  },
  consumers: {
    extensions: {
      needs: ["app", "tools"],
      matrix: { extension: ["nodejs", "python"], size: [1, 2] },
      choose: ["extension"],
      deployment: flyApp({
        token: "FLYIO_AUTH_TOKEN",
        org: "personal",
        region: "sjc",
        config: "fly.toml",
        memory: 1024,
        volume: { name: "data", gigabytes: 1 },
      }),
      secrets: ["FLYIO_AUTH_TOKEN"],
      steps: [
        { name: "Test the extension", run: './test.sh "$APP" "$MATRIX_EXTENSION"' },
        { name: "Say more", run: "make tell", when: "failure" },
      ],
    },
    both: {
      needs: "app",
      container: { ports: [8080] },
      deployment: { ...place, deploy: './deploy.sh "$APP" "$IMAGE_REF"' },
      dispatch: false,
      run: './compare.sh "$APP" http://localhost:8080',
    },
  },
  nightly: {},
  metrics: {},
};

const building: ConfigInput = {
  ...deployed,
  consumers: Object.fromEntries(
    Object.entries(deployed.consumers ?? {}).map(([key, consumer]) => [key, { ...consumer, source: "build" as const }]),
  ),
};

export const deployedSystems: [string, ConfigInput][] = [
  ["a shop whose tests deploy it", deployed],
  ["a shop whose tests deploy it in one run", { ...deployed, topology: "workflow_call" }],
  ["a shop whose tests deploy it from its sources", building],
  ["a shop whose tests deploy it from its sources in one run", { ...building, topology: "workflow_call" }],
];
