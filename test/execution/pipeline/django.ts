/** The Django site, as the scenarios play it: its emitted files in a real repository, a CapRover that writes down what it is told, and sites that answer. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readFile } from "node:fs/promises";
import { onTestFinished } from "vitest";
import config from "../../../examples/django/ci.config.ts";
import { compile } from "../../../src/compiler/compile.ts";
import { type ConfigInput, configSchema } from "../../../src/config/schema.ts";
import { plan } from "../../../src/pipeline/plan.ts";
import { createWorld, type World } from "../../player/world.ts";
import type { CommandCall } from "../../player/world/commands.ts";
import type { Files } from "../../player/world/git.ts";
import { nosyTest } from "./charon.ts";

export const CI = "CI";
const ALL = ["web", "celery", "celerybeat", "flower"];
/** What the scenarios play, which is as telling and half as long. */
export const SERVICES = ["web", "celery"];
export const imageOf = (key: string): string => `aaronspindler/site-${key}`;
const token = (service: string): string => `caprover-token-of-${service}`;
export const SECRETS = {
  CAPROVER_URL: "https://captain.example.com",
  CAPROVER_CANARY_TOKEN: token("canary"),
  ...Object.fromEntries(ALL.map((service) => [`CAPROVER_${service.toUpperCase()}_TOKEN`, token(service)])),
};

export interface Deployment {
  app: string;
  image: string;
}

export interface Site {
  readonly world: World;
  /** What CapRover was told, in order. */
  readonly deployed: readonly Deployment[];
  /** Hosts that do not answer. */
  readonly down: Set<string>;
}

/** Without the services that are left out, in builds, metrics, deployments and tests. */
function trimmed(written: ConfigInput) {
  const isLeftOut = (name: string): boolean => ALL.includes(name) && !SERVICES.includes(name);
  const plain: unknown = JSON.parse(JSON.stringify(written), (_key, value: unknown) => {
    if (Array.isArray(value))
      return value.filter(
        (item) =>
          !(
            typeof item === "string" &&
            (isLeftOut(item) || ALL.some((name) => isLeftOut(name) && item.includes(`NAME_${name.toUpperCase()}:`)))
          ),
      );
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).filter(([name]) => !isLeftOut(name)));
  });
  return configSchema.parse(plain);
}

/** The sites answer on this machine, each under its own name; what does not answer is given up soon. */
function atHome(publish: ConfigInput["publish"], port: number): ConfigInput["publish"] {
  const plain: unknown = JSON.parse(
    JSON.stringify(publish)
      .replaceAll(/https:\/\/([\w.]*aaronspindler\.com)\/health/g, `http://localhost:${port}/$1/health`)
      .replaceAll('"timeout":"180s"', '"timeout":"3s"')
      .replaceAll('"timeout":"3m"', '"timeout":"3s"')
      .replaceAll("--retry 5 ", "")
      .replaceAll(/"interval":"\d+s"/g, '"interval":"1s"'),
  );
  return configSchema.shape.publish.parse(plain);
}

/** Neither compose nor Python runs here: a script of the commit takes their place, and writes down what it sees. */
const playable = (written: ConfigInput, port: number): ConfigInput => ({
  ...written,
  publish: atHome(written.publish, port),
  check: false,
  metrics: false,
  retention: false,
  consumers: Object.fromEntries(
    Object.entries(written.consumers ?? {}).map(([key, consumer]) => {
      const { coverage: _, results: __, diagnostics: ___, steps: ____, ...rest } = consumer;
      return [key, { ...rest, run: `./${key}.sh` }];
    }),
  ),
});

const HCL = await readFile(new URL("../../../examples/django/deployment/docker-bake.hcl", import.meta.url), "utf8");
const BASE = `ghcr.io/${imageOf("base")}`;
const sources: Files = {
  "deployment/docker-bake.hcl": HCL,
  "deployment/Dockerfile": `FROM ${BASE}:2025-11-24-1-1@sha256:${"6".repeat(64)}\nCOPY config /code/config\n`,
  "deployment/Dockerfile.base": "FROM scratch\n",
  "config/settings.py": "DEBUG = False  # 1\n",
  "tests.sh": nosyTest(),
  "smoke.sh": nosyTest(),
};

/** A change that needs new images. */
export const change = (text: string): Files => ({ "config/settings.py": `DEBUG = False  # ${text}\n` });
export const FAILING: Files = { "tests.sh": nosyTest("false") };

export async function playSite(): Promise<Site> {
  const deployed: Deployment[] = [];
  const down = new Set<string>();
  const sites = createServer((request, response) =>
    response.writeHead(down.has(request.url?.split("/")[1] ?? "") ? 503 : 200).end("ok\n"),
  );
  await new Promise<void>((resolve) => sites.listen(0, "localhost", resolve));
  onTestFinished(() => void sites.close());
  const { port } = sites.address() as AddressInfo;
  const { pipeline, problems } = plan(trimmed(playable(config, port)));
  if (problems.length > 0) throw new Error(problems.map((problem) => problem.message).join("\n"));
  const caprover = ({ args, env }: CommandCall) => {
    const {
      CAPROVER_APP: app = "",
      CAPROVER_APP_TOKEN: given = "",
      CAPROVER_IMAGE_NAME: image = "",
      CAPROVER_URL: url,
    } = env;
    const service = app.replace(/^(staging|site)-/, "");
    if (args.join(" ") !== "--yes caprover@2.4.4 deploy" || url !== SECRETS.CAPROVER_URL || given !== token(service))
      return { code: 1, stderr: `CapRover refuses ${app}.\n` };
    deployed.push({ app, image });
    return { code: 0 };
  };
  const world = await createWorld({
    repository: { owner: "aaronspindler", name: "site", defaultBranch: "main", private: false },
    files: { ...sources, ...Object.fromEntries(compile(pipeline).map((file) => [file.path, file.body])) },
    secrets: SECRETS,
    environments: { staging: {}, production: {} },
    tools: { pip: "#!/bin/sh\nexit 0\n", python: "#!/bin/sh\nexit 0\n" },
    commands: { npx: caprover },
  });
  onTestFinished(() => world.stop());
  return { world, deployed, down };
}

/** The targets that a commit's builds really made, without those that found every layer there. */
export const baked = (world: World, commit: string): string[] =>
  [
    ...new Set(
      world.builds
        .filter((build) => build.commit === commit && !build.cached && build.succeeded)
        .map((build) => build.target),
    ),
  ].sort();
