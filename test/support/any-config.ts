/** Configs that a user might write: any mixture of what the schema accepts, hostile names among them. */
import fc from "fast-check";
import type { BuildInput, ConfigInput, ConsumerInput } from "../../src/config/schema.ts";
import type { Duration } from "../../src/config/durations.ts";
import { ecr, fly, gar } from "../../src/config/registries.ts";

const amazon = ecr({ account: "123456789012", region: "eu-west-1", role: "arn:aws:iam::123456789012:role/ci" });
const google = gar({
  location: "eu",
  project: "shop-1",
  repository: "images",
  provider: "projects/12/locations/global/workloadIdentityPools/ci/providers/github",
  serviceAccount: "ci@shop-1.iam.gserviceaccount.com",
});

const key = fc.constantFrom("app", "web", "app-web", "a", "ready", "plan", "test", "notify", "build", "x1");
/** Names of workflows, steps and artifacts go into YAML, expressions, JSON and Markdown. */
const title = fc.oneof(
  fc.constantFrom(
    "Tests",
    "It's fine",
    'Say "hi"',
    "a: b",
    "# no comment",
    "- item",
    "yes",
    "1.0",
    "{a}",
    "[b]",
    "*c",
    "&d",
    "!e",
    "%f",
    "@g",
    "`h`",
    "trailing \\",
    "ünïcode 🚀",
    "a | b",
    "null",
    "on",
    "~",
    "<b>",
    "a  b",
    "?",
    "12:30",
    "'",
  ),
  fc
    .string({ minLength: 1, maxLength: 30 })
    .map((text) => text.replace(/[\u0000-\u001f\u007f]/g, "x"))
    .filter((text) => text.trim() !== "" && !text.includes("\\|")), // A table in Markdown cannot hold a backslash before a bar.
);
const branch = fc.constantFrom("main", "trunk", "release/1.x", "dev", "it's", "hot-fix", "v2");
const branches = fc.oneof(branch, fc.constantFrom("feature/**", "**", "release/*"));
const duration = fc.constantFrom<Duration>("5m", "15m", "30m", "1h", "2h");
const line = fc.constantFrom(
  "make test",
  "true",
  'echo "$IMAGE"',
  "a\nb",
  "cat <<'EOF'\n\n  x\nEOF",
  "  indented",
  "x  \ny",
  "echo 'a: b' # c",
  "\ttab",
  "ends\n\n",
);
const environment = fc.dictionary(fc.constantFrom("A", "B_C", "X1"), fc.oneof(title, fc.integer(), fc.boolean()), {
  maxKeys: 3,
});
const platforms = fc.subarray(["linux/amd64", "linux/arm64", "linux/arm/v7"], { minLength: 1 });

/** An object with any of the optional parts. */
const some = <T extends object>(parts: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<Partial<T>> =>
  fc.record(parts, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>;

const imageBuild: fc.Arbitrary<BuildInput> = some<Record<string, unknown>>({
  image: fc.constantFrom("one", "two", "team/three"),
  dockerfile: fc.constantFrom("Dockerfile", "docker/Dockerfile.prod"),
  target: fc.constant("runtime"),
  args: environment,
  platforms: fc.oneof(
    platforms,
    platforms.map((list) => ({ default: list, pullRequest: ["linux/amd64"] })),
  ),
  multiPlatform: fc.constantFrom("native", "emulated"),
  cache: fc.constantFrom(false, "gha", "registry", "registry-per-branch"),
  timeout: duration,
  labels: fc.constantFrom({}, { "com.example.run": "{run} of {branch}" }),
  sign: fc.boolean(),
  maxSize: fc.constant("500MB"),
  budget: fc.constant({ target: "5m", maximum: "10m" }),
  inputs: fc.constant(["Dockerfile", "src/**", "!src/**/*.md"]),
  scan: fc.constantFrom(false, {}, { block: false, sarif: false, ignoreFile: ".trivyignore" }),
  sbom: fc.boolean(),
  provenance: fc.constantFrom(false, "min", "max"),
  attest: fc.boolean(),
  fallback: fc.constantFrom(false, "artifact"),
}).map((parts) => ({ kind: "image", ...parts }) as BuildInput);

const bakeBuild: fc.Arbitrary<BuildInput> = fc
  .subarray(["front", "back", "worker"] as const, { minLength: 1 })
  .chain((targets) =>
    some<Record<string, unknown>>({
      cache: fc.constantFrom(false, "gha", "registry"),
      platforms,
      inputs: fc.constant(["docker-bake.hcl", "src/**"]),
      scan: fc.constantFrom(false, {}),
      fallback: fc.constantFrom(false, "artifact"),
    }).map(
      (parts) =>
        ({
          kind: "bake",
          targets: Object.fromEntries(
            targets.map((target) => [target, target === "worker" ? { scan: false, args: { A: "{version}" } } : {}]),
          ),
          ...parts,
        }) as BuildInput,
    ),
  );

const filesBuild: fc.Arbitrary<BuildInput> = fc
  .record({
    caches: fc.constantFrom([], ["deps"]),
    maxSizes: fc.constantFrom({}, { "out/*.gz": "10MB" }),
    attest: fc.boolean(),
    prepare: fc.constantFrom(undefined, "make deps"),
    run: fc.oneof(line, fc.array(line, { minLength: 1, maxLength: 2 })),
    env: environment,
    setup: fc.constantFrom(undefined, { node: 24, cache: "npm" as const }),
  })
  .map((parts) => ({ kind: "files", paths: ["out/**"], ...parts }));

const consumer = (builds: readonly string[]): fc.Arbitrary<ConsumerInput> =>
  fc
    .tuple(
      fc.subarray([...builds], { minLength: 1 }),
      fc.oneof(
        line.map((run) => ({ run })),
        fc
          .array(
            fc.record({
              name: title,
              run: line,
              when: fc.constantFrom("success" as const, "always" as const, "failure" as const),
            }),
            { minLength: 1, maxLength: 3 },
          )
          .map((steps) => ({ steps })),
      ),
      some<Record<string, unknown>>({
        name: title,
        env: environment,
        matrix: fc.dictionary(
          fc.constantFrom("os", "Shard", "x_y"),
          fc.uniqueArray(
            fc.oneof(fc.constantFrom("a", "linux/amd64", "1.10", "yes"), fc.integer({ min: 0, max: 9 }), fc.boolean()),
            { minLength: 1, maxLength: 3 },
          ),
          { minKeys: 1, maxKeys: 2 },
        ),
        services: fc.constant({ db: { image: "postgres:17", ports: [5432, "80:8080"], options: "--health-cmd 'x'" } }),
        container: fc.constantFrom({}, { ports: [80], health: { url: "http://localhost:80/" }, args: ["--x", "it's"] }),
        artifacts: fc.uniqueArray(
          fc.record({
            name: fc.constantFrom("log", "report", "a b", "container-logs"),
            path: fc.constantFrom("out", "**/*.log"),
          }),
          { selector: (one) => one.name, maxLength: 2 },
        ),
        timeout: duration,
        dispatch: fc.boolean(),
        secrets: fc.constantFrom(["TOKEN"], { names: ["TOKEN"], grant: "always" }),
        forks: fc.boolean(),
        required: fc.boolean(),
        enabled: fc.boolean(),
        source: fc.constantFrom("registry", "build"),
        on: fc.constantFrom(["main"], ["main", "manual"], ["pullRequest", "main", "queue", "nightly"]),
        setup: fc.constantFrom({ node: 24, cache: "npm" }, { python: "3.13" }),
        checkout: fc.constantFrom({ depth: 0 }, { submodules: true, lfs: true }),
        failure: fc.constantFrom("fast", "slow", "soft"),
        fallback: fc.constantFrom("build", "fail"),
        caches: fc.constant(["deps"]),
        prepare: line,
        coverage: fc.constantFrom(
          { file: "lcov.info", format: "lcov" },
          { file: "c.out", format: "go", minimum: 80, packages: { "./api/...": 90 }, comment: false },
        ),
        results: fc.constant({ junit: ["*.xml"] }),
        diagnostics: fc.constantFrom(true, { run: "make logs", paths: ["logs"] }),
        budget: fc.constant({ target: "5m", maximum: "10m" }),
        environment: fc.constantFrom("tests", { name: "It's", url: "https://example.com" }),
        deployment: fc.constantFrom(undefined, undefined, {
          deploy: "make up",
          fromSource: "make here",
          healthy: "make ping",
          destroy: "make down",
          secrets: { TOKEN: "PLACE_TOKEN" },
          logs: "make logs",
        }),
      }),
    )
    .map(([needs, work, parts]) => ({ needs, ...work, ...parts }) as ConsumerInput);

/** Each consumer may come after some of those before it, so that the order can come about. */
const ordered = (
  consumers: readonly (readonly [string, ConsumerInput])[],
  links: readonly boolean[],
): Record<string, ConsumerInput> =>
  Object.fromEntries(
    consumers.map(([name, settings], index) => [
      name,
      index > 0 && links[index] ? { ...settings, after: [consumers[index - 1]?.[0] ?? name] } : settings,
    ]),
  );

/** The names that consumers and targets may refer to: a bake build's targets stand for it. */
const namesOf = (builds: Readonly<Record<string, BuildInput>>, kind: BuildInput["kind"]): string[] =>
  Object.entries(builds).flatMap(([name, build]) =>
    build.kind === "bake" ? (kind === "image" ? Object.keys(build.targets) : []) : build.kind === kind ? [name] : [],
  );

const publications = (images: readonly string[], files: readonly string[]): NonNullable<ConfigInput["publish"]> => {
  const [image, file] = [images[0], files[0]];
  const on = ["main" as const];
  return {
    ...(image !== undefined && {
      hub: {
        kind: "images",
        images: image,
        to: { host: "docker.io", namespace: "shop", username: "U", password: "P" },
        sign: true,
        on,
      },
      live: {
        kind: "deploy",
        images: image,
        run: "make live",
        secrets: ["TOKEN"],
        environment: "production",
        canary: { run: "make canary", verify: "make ping" },
        after: ["hub"],
        on,
      },
    }),
    ...(file !== undefined && { npm: { kind: "npm", from: file, environment: { name: "npm" }, on } }),
  };
};

const onePipeline: fc.Arbitrary<ConfigInput> = fc.uniqueArray(key, { minLength: 1, maxLength: 3 }).chain((keys) =>
  fc
    .tuple(
      fc.tuple(
        ...keys.map(() =>
          fc.oneof(
            { weight: 3, arbitrary: imageBuild },
            { weight: 1, arbitrary: filesBuild },
            { weight: 1, arbitrary: bakeBuild },
          ),
        ),
      ),
      fc.uniqueArray(
        fc.tuple(fc.constantFrom("unit", "e2e", "e2e-slow", "lint", "smoke", "test", "build"), consumer(keys)),
        { selector: ([name]) => name, maxLength: 6 },
      ),
      fc.constantFrom("shop", "build", "test", "a-b"),
      some<Record<string, unknown>>({
        branches: fc
          .record({
            main: branch,
            integration: fc.uniqueArray(branches, { maxLength: 2 }),
            feature: fc.uniqueArray(branches, { maxLength: 2 }),
          })
          .map((groups) => ({ ...groups, integration: groups.integration.filter((name) => name !== groups.main) })),
        registry: fc.constantFrom(
          undefined,
          { host: "ghcr.io", namespace: "acme" },
          { host: "registry.example.com:5000", username: "U", password: "P" },
          { host: "quay.io", namespace: "acme/team", username: "U", password: "P" },
          fly("shop", { token: "FLY" }),
          amazon,
          google,
        ),
        mirrors: fc.constantFrom([], [{ host: "mirror.example.com", namespace: "acme", username: "U", password: "P" }]),
        copies: fc.constantFrom([], [{ host: "docker.io", namespace: "acme", username: "U", password: "P" }]),
        pullRequests: fc.constantFrom(true, false, "artifact"),
        mergeQueue: fc.boolean(),
        forks: fc.constantFrom("test", "build", "ignore"),
        freshness: fc.constantFrom("fail", "warn"),
        moveTags: fc.constantFrom("after-tests", "at-build"),
        retention: fc.constantFrom(false, {}, { dryRun: false, protect: ["keep-*"] }),
        nightly: fc.constantFrom(false, {}, { test: false }),
        release: fc.constantFrom(false, {}),
        metrics: fc.constantFrom(false, {}),
        check: fc.constantFrom(false, {}),
        notify: fc.constantFrom(undefined, {
          webhook: "HOOK",
          on: ["build", "nightly", "release", "cleanup", "promote", "metrics"],
        }),
        queue: fc.constantFrom("single", "max"),
        tags: fc.constantFrom(
          { shaLength: 7 },
          { shaLength: 12 },
          { shaLength: 40 },
          {
            commit: "{branch}-{sha}",
            pullRequest: "preview-{number}-{sha}",
            queue: "queue-{sha}",
            release: "{version}",
          },
        ),
        names: some<Record<string, unknown>>({ build: title, nightly: title, promote: title, check: title }),
        files: fc.constantFrom({}, { prefix: "ci-" }),
        topology: fc.constantFrom("workflow_run", "workflow_call"),
        version: fc.constant({ base: "1.2" }),
        retry: fc.constant({ attempts: 5 }),
        programs: fc.constantFrom("self", "checkout"),
        warmUp: fc.constantFrom(false, {}),
        flakes: fc.constantFrom(false, {}),
        bases: fc.constantFrom({}, { slim: { image: "slim-base", dockerfile: "Base", pins: ["Dockerfile"] } }),
      }),
      fc.record({ links: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), publishes: fc.boolean() }),
    )
    .map(([builds, consumers, project, parts, choice]) => whole(keys, builds, consumers, project, parts, choice)),
);

function whole(
  keys: readonly string[],
  list: readonly BuildInput[],
  consumers: readonly [string, ConsumerInput][],
  project: string,
  parts: Record<string, unknown>,
  { links, publishes }: { links: boolean[]; publishes: boolean },
): ConfigInput {
  const builds: Record<string, BuildInput> = Object.fromEntries(
    keys.map((name, index) => [name, list[index] ?? { kind: "image" as const }]),
  );
  const images = namesOf(builds, "image");
  // A group of targets is named by one of them.
  const named = (name: string): string[] =>
    builds[name]?.kind === "bake" ? Object.keys(Object(builds[name]).targets) : [name];
  const renamed = consumers.map(([name, { container, deployment, ...settings }]): [string, ConsumerInput] => {
    const needs = [settings.needs ?? []].flat().flatMap(named);
    // What runs or deploys an image needs one: nobody would read the same refusal in every other config.
    const hasImage = needs.some((need) => images.includes(need));
    return [name, { ...settings, ...(hasImage && { container, deployment }), needs } as ConsumerInput];
  });
  const inOneRun = parts["topology"] === "workflow_call";
  return {
    registry: { host: "ghcr.io", namespace: "acme" },
    caches: { deps: { paths: ["~/.cache"], files: ["lock"], fill: "make deps" } },
    ...parts,
    project,
    builds,
    consumers: ordered(renamed, inOneRun ? links : []),
    ...(inOneRun && publishes && { publish: publications(images, namesOf(builds, "files")) }),
  } as ConfigInput;
}

const severalPipelines: fc.Arbitrary<ConfigInput> = fc
  .uniqueArray(fc.tuple(fc.constantFrom("api", "web", "a", "a-b"), onePipeline), {
    selector: ([name]) => name,
    minLength: 1,
    maxLength: 3,
  })
  .map((members) => ({
    project: "shop",
    pipelines: Object.fromEntries(
      members.map(([name, { check: _check, project: _project, ...member }]) => [
        name,
        { ...member, registry: { host: "ghcr.io", namespace: `acme/${name}` } },
      ]),
    ),
  }));

/** A whole config, or several pipelines of which each is one. */
export const anyConfig: fc.Arbitrary<ConfigInput> = fc.oneof(
  { weight: 4, arbitrary: onePipeline },
  { weight: 1, arbitrary: severalPipelines },
);
