import { type ConfigInput, configSchema } from "../../src/config/schema.ts";
import { type Plan, plan } from "../../src/pipeline/plan.ts";
import type { RepositoryFacts } from "../../src/pipeline/types.ts";

/** The plan of a config as a user writes it. */
export const planOf = (input: ConfigInput, repository?: RepositoryFacts): Plan =>
  plan(configSchema.parse(input), repository);

/** A config with one image and one consumer, to change in a test. */
export const smallConfig = (change: Partial<ConfigInput> = {}): ConfigInput => ({
  project: "shop",
  registry: { host: "ghcr.io", namespace: "acme" },
  builds: { app: { kind: "image" } },
  consumers: { smoke: { needs: "app", run: "./smoke.sh" } },
  ...change,
});
