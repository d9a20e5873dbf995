/** What registries a config may name, and what is said of those that jobs could not use. */
import { describe, expect, it } from "vitest";
import { dockerHub, ecr, fly, gar, ghcr, registry } from "../../src/index.ts";
import { type ConfigInput, configSchema } from "../../src/config/schema.ts";
import { planOf, smallConfig } from "../support/plan-of.ts";

const ROLE = "arn:aws:iam::123456789012:role/ci";
const amazon = ecr({ account: "123456789012", region: "eu-west-1", role: ROLE, namespace: "shop" });
const google = gar({
  location: "europe-west1",
  project: "shop-1",
  repository: "images",
  provider: "projects/12/locations/global/workloadIdentityPools/ci/providers/github",
  serviceAccount: "ci@shop-1.iam.gserviceaccount.com",
});
const hub = dockerHub("acme", { username: "U", password: "P" });

const imagesOf = (change: Partial<ConfigInput>): string[] =>
  planOf(smallConfig({ forks: "ignore", ...change })).pipeline.builds.flatMap((build) =>
    build.kind === "image" ? [build.image] : [],
  );

describe("an image's name", () => {
  it("is made as the registry has it", () => {
    expect(imagesOf({ registry: ghcr("Acme") })).toEqual(["ghcr.io/acme/app"]);
    expect(imagesOf({ registry: hub })).toEqual(["docker.io/acme/app"]);
    expect(imagesOf({ registry: fly("shop-registry") })).toEqual(["registry.fly.io/shop-registry"]);
    expect(imagesOf({ registry: amazon })).toEqual(["123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/app"]);
    expect(imagesOf({ registry: google })).toEqual(["europe-west1-docker.pkg.dev/shop-1/images/app"]);
    expect(ecr({ account: "123456789012", region: "cn-north-1", role: ROLE }).host).toBe(
      "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn",
    );
  });

  it("is the app's on Fly.io where each image has one", () => {
    const registry = { host: "registry.fly.io", auth: { kind: "fly", token: "FLY_API_TOKEN" } } as const;
    const { pipeline, problems } = planOf(
      smallConfig({ registry, builds: { app: { kind: "image" }, web: { kind: "image", image: "shop-web" } } }),
    );
    expect(problems).toEqual([]);
    expect(pipeline.builds.map((build) => build.kind === "image" && build.image)).toEqual([
      "registry.fly.io/app",
      "registry.fly.io/shop-web",
    ]);
  });

  it("takes no account over from a registry of another kind", () => {
    const { pipeline } = planOf(
      smallConfig({
        copies: [ecr({ account: "123456789012", region: "eu-west-1", role: ROLE })],
        mirrors: [{ ...hub, namespace: undefined }],
      }),
    );
    expect(pipeline.copies.map(({ namespace }) => namespace)).toEqual([undefined]);
    expect(pipeline.mirrors.map(({ namespace }) => namespace)).toEqual(["acme"]);
  });
});

describe("images are deleted", () => {
  it.each([
    ["packages", ghcr("acme")],
    ["dockerhub", hub],
    ["ecr", amazon],
    ["oci", google],
    ["oci", fly("shop")],
    ["oci", registry("quay.io", { namespace: "acme", username: "U", password: "P" })],
  ] as const)("by %s where the registry is %o", (mode, place) => {
    expect(planOf(smallConfig({ registry: place })).pipeline.registry?.cleanup).toBe(mode);
  });
});

describe("a registry that jobs could not use", () => {
  const cases: { name: string; change: Partial<ConfigInput>; expected: RegExp }[] = [
    {
      name: "a password beside another way to log in",
      change: { registry: { ...fly("shop"), password: "P" } },
      expected: /^registry\.password: .*never be used/,
    },
    {
      name: "a login of another registry",
      change: { registry: { ...amazon, host: "ghcr.io", namespace: "acme" } },
      expected: /^registry\.host: ghcr\.io is not the registry of Amazon/,
    },
    {
      name: "a region that the host is not in",
      change: {
        registry: { ...amazon, auth: { kind: "aws", account: "123456789012", region: "eu-west-2", role: ROLE } },
      },
      expected: /^registry\.host: .*Amazon/,
    },
    {
      name: "Fly.io without its login",
      change: { registry: { host: "registry.fly.io", repository: "shop" } },
      expected: /^registry: registry\.fly\.io does not accept/,
    },
    {
      name: "two images of one app",
      change: { registry: fly("shop"), builds: { app: { kind: "image" }, web: { kind: "image" } } },
      expected: /^registry\.repository: registry\.fly\.io\/shop is one name, and 2 images/,
    },
    {
      name: "an image with a name that is not used",
      change: { registry: fly("shop"), builds: { app: { kind: "image", image: "other" } } },
      expected: /^builds\.app\.image: The image is called registry\.fly\.io\/shop/,
    },
    {
      name: "an account before the one name",
      change: { registry: { ...fly("shop"), namespace: "acme" } },
      expected: /^registry\.namespace: .*no place/,
    },
    {
      name: "Google without a repository",
      change: { registry: { ...google, namespace: "shop-1" } },
      expected: /^registry: .*one of its repositories/,
    },
    {
      name: "a copy that nobody can log in to",
      change: { copies: [{ host: "quay.io", namespace: "acme" }] },
      expected: /^copies\.0: Jobs cannot log in to quay\.io/,
    },
    {
      name: "a mirror with half a login",
      change: { mirrors: [{ host: "quay.io", namespace: "acme", username: "U" }] },
      expected: /^mirrors\.0: Jobs cannot log in to quay\.io/,
    },
    {
      name: "a target that nobody can log in to",
      change: {
        topology: "workflow_call",
        publish: { hub: { kind: "images", to: { host: "docker.io", namespace: "acme" }, images: "app" } },
      },
      expected: /^publish\.hub\.to: Jobs cannot log in to docker\.io/,
    },
    {
      name: "a target on Fly.io for two images",
      change: {
        topology: "workflow_call",
        builds: { app: { kind: "image" }, web: { kind: "image" } },
        publish: { fly: { kind: "images", to: fly("shop"), images: ["app", "web"] } },
      },
      expected: /^publish\.fly\.to\.repository: .*2 images/,
    },
    {
      name: "a mirror on a host that is in use",
      change: { copies: [hub], mirrors: [hub] },
      expected: /^mirrors\.0\.host: .*one account only/,
    },
    { name: "a mirror of itself", change: { mirrors: [ghcr("acme")] }, expected: /^mirrors\.0: .*onto itself/ },
    {
      name: "Docker Hub's deletes elsewhere",
      change: { registry: { ...amazon, cleanup: "dockerhub" } },
      expected: /^registry\.cleanup: .*is not Docker Hub/,
    },
    {
      name: "the distribution API on Docker Hub",
      change: { registry: { ...hub, cleanup: "oci" } },
      expected: /^registry\.cleanup: Docker Hub deletes/,
    },
    {
      name: "Amazon's deletes elsewhere",
      change: { registry: { ...google, cleanup: "ecr" } },
      expected: /^registry\.cleanup: .*not a registry of Amazon/,
    },
    {
      name: "a fork's code beside a mirror's role",
      change: { topology: "workflow_run", mirrors: [amazon], forks: "test" },
      expected: /^mirrors\.0\.auth: The consumer "smoke" tests pull requests of forks/,
    },
    {
      name: "a fork's code beside a role",
      change: { topology: "workflow_run", registry: amazon, forks: "test" },
      expected: /^registry\.auth: The consumer "smoke" tests pull requests of forks/,
    },
  ];
  it.each(cases)("is named: $name", ({ change, expected }) => {
    const { problems } = planOf(smallConfig({ forks: "ignore", ...change }));
    expect(problems.map(({ path, message }) => `${path.join(".")}: ${message}`)).toContainEqual(
      expect.stringMatching(expected),
    );
    expect(problems.every(({ hint }) => hint !== undefined)).toBe(true);
  });

  it("is not one that a fork's tests never log in to", () => {
    for (const change of [
      { forks: "build" as const },
      { topology: "workflow_call" as const },
      { consumers: { smoke: { needs: "app", run: "x", forks: false } } },
    ]) {
      const { problems } = planOf(smallConfig({ registry: amazon, ...change }));
      expect(problems.filter(({ path }) => path[0] === "registry")).toEqual([]);
    }
  });

  it.each([
    ["an account without its first zeros", { ...amazon, auth: { ...amazon.auth, account: "12345" } }, "twelve digits"],
    ["a role that is none", { ...amazon, auth: { ...amazon.auth, role: "ci" } }, "ARN of a role"],
    ["a provider that is none", { ...google, auth: { ...google.auth, provider: "github" } }, "workloadIdentityPools"],
    ["a secret that is none", fly("shop", { token: "fo1 abc" }), "name of a secret"],
  ])("is refused at once: %s", (_name, registry, expected) => {
    expect(configSchema.safeParse(smallConfig({ registry })).error?.message).toContain(expected);
  });

  it("is a builder's mistake where its name is missing", () => {
    expect(() => fly("")).toThrow('fly() needs the name of an app: fly("my-app").');
  });
});
