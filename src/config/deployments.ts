/** Builders of places where an image under test runs on its own. */
import type { DeploymentInput } from "./schema.ts";

/** An app of Fly.io for each job. */
export interface FlyAppSettings {
  /** The secret with a token that may create and destroy apps. */
  token: string;
  /** The organization that pays. */
  org: string;
  /** Where it runs, such as `sjc`. */
  region: string;
  /** The app's configuration file. */
  config?: string;
  /** Megabytes of memory of its machine. */
  memory?: number;
  /** A volume of so many gigabytes, by the name that the configuration file mounts. */
  volume?: { name: string; gigabytes: number };
  /** What the apps' names begin with. */
  name?: string;
}

/**
 * Deploys the image under test to an app of Fly.io that lives as long as the job. The commands read what they need from
 * the environment, so nothing of the settings can become a part of them.
 */
export function flyApp({ token, org, region, config, memory, volume, name }: FlyAppSettings): DeploymentInput {
  const options = [
    '--app "$APP"',
    '--primary-region "$FLY_REGION"',
    ...(config === undefined ? [] : ['--config "$FLY_CONFIG"']),
    ...(memory === undefined ? [] : ['--vm-memory "$FLY_MEMORY"']),
  ].join(" ");
  // What is repeated after a lost answer finds its work done already: the list of apps tells.
  const listed = (condition: string): string =>
    `flyctl apps list --json | jq --exit-status --arg app "$APP" '${condition}' > /dev/null`;
  return {
    ...(name !== undefined && { name }),
    tools: [{ uses: "superfly/flyctl-actions/setup-flyctl" }],
    secrets: { FLY_API_TOKEN: token },
    env: {
      FLY_ORG: org,
      FLY_REGION: region,
      ...(config !== undefined && { FLY_CONFIG: config }),
      ...(memory !== undefined && { FLY_MEMORY: memory }),
      ...(volume && { FLY_VOLUME: volume.name, FLY_VOLUME_SIZE: volume.gigabytes }),
    },
    create: [
      `${listed("any(.[]; .Name == $app)")} || flyctl apps create "$APP" --org "$FLY_ORG"`,
      ...(volume
        ? [
            `flyctl volumes list --app "$APP" --json | jq --exit-status 'length > 0' > /dev/null || flyctl volumes create "$FLY_VOLUME" --app "$APP" --region "$FLY_REGION" --size "$FLY_VOLUME_SIZE" --yes`,
          ]
        : []),
    ],
    deploy: `flyctl deploy ${options} --image "$IMAGE_REF" --strategy immediate --yes`,
    fromSource: `flyctl deploy ${options} --strategy immediate --yes`,
    healthy: `flyctl machine list --app "$APP" --json | jq --exit-status 'length > 0 and all(.[]; .state == "started")' > /dev/null`,
    logs: 'flyctl logs --app "$APP" --no-tail',
    destroy: `${listed("all(.[]; .Name != $app)")} || flyctl apps destroy "$APP" --yes`,
  };
}
