// Compiled by `npm run typecheck`: every `@ts-expect-error` must sit on a line that really is an error.
import {
  bake,
  defineConfig,
  days,
  deploy,
  dockerHub,
  ecr,
  files,
  fly,
  gar,
  ghcr,
  githubRelease,
  hours,
  image,
  mavenPackage,
  minutes,
  npmPackage,
  pipeline,
  publishImages,
  registry,
} from "../../src/index.ts";

defineConfig({
  project: "charon",
  registry: ghcr("Wikid82"),
  copies: [
    dockerHub("wikid82", {
      username: "DOCKERHUB_USERNAME",
      password: "DOCKERHUB_TOKEN",
      of: ["main", "development", "release"],
    }),
    registry("quay.io", { namespace: "team", username: "QUAY_USER", password: "QUAY_TOKEN" }),
    dockerHub("wikid82", { username: "A", password: "B" }),
  ],
  branches: { main: "main", integration: ["development"], feature: ["feature/**"] },
  channels: { main: "latest", development: "dev", nightly: false },
  builds: {
    app: image({
      inputs: ["src/**"],
      platforms: { default: ["linux/amd64"], main: ["linux/amd64", "linux/arm64"] },
      scan: { block: false },
    }),
    package: files({ run: "npm pack", paths: ["*.tgz"] }),
    literal: { kind: "image", dockerfile: "Dockerfile.two" },
  },
  consumers: {
    e2e: { needs: "app", run: "npm test", timeout: minutes(15), container: { build: "app", ports: [8080] } },
    both: {
      needs: ["app", "package"],
      steps: [
        { name: "Test", run: "true" },
        { name: "Use", uses: "actions/cache", with: { path: "x" } },
      ],
    },
  },
  retention: { pullRequest: hours(24), branch: days(7), minimumAge: "48h" },
});

// What is declared outside, `as const` or not, fits as well.
const shared = { needs: ["app"], secrets: ["TOKEN"], run: ["a", "b"] } as const;
const builds = { app: image() };
defineConfig({ project: "p", builds, consumers: { a: shared, b: { ...shared, needs: "app" } } });

// Registries that jobs log in to by other means than a password; as the first one, and for copies of what exists.
defineConfig({ project: "p", registry: fly("shop", { token: "FLYIO_AUTH_TOKEN" }), builds: { app: image() } });
defineConfig({
  project: "p",
  registry: ecr({ account: "123456789012", region: "eu-west-1", role: "arn:aws:iam::123456789012:role/ci" }),
  copies: [
    gar({
      location: "eu",
      project: "p",
      repository: "images",
      provider: "projects/1/…",
      serviceAccount: "ci@p.iam.gserviceaccount.com",
      of: ["main"],
    }),
    // @ts-expect-error no such branch
    fly("shop", { of: ["trunk"] }),
  ],
  builds: { app: image() },
});

defineConfig({
  project: "p",
  builds: { app: image(), web: image() },
  branches: { main: "trunk", integration: ["next"] },
  channels: {
    trunk: "latest",
    // @ts-expect-error no such branch
    main: "latest",
  },
  copies: [
    // @ts-expect-error no such branch
    dockerHub("o", { username: "U", password: "P", of: ["trunk", "main"] }),
    {
      host: "docker.io",
      username: "U",
      password: "P",
      of: [
        "trunk",
        // @ts-expect-error no such branch
        "main",
      ],
    },
  ],
  consumers: {
    one: {
      // @ts-expect-error no such build
      needs: "ap",
    },
    many: {
      // @ts-expect-error no such build
      needs: ["app", "wbe"],
    },
    started: {
      needs: "app",
      container: {
        // @ts-expect-error no such build
        build: "wep",
      },
    },
    typo: {
      needs: "app",
      // @ts-expect-error no such setting
      timout: minutes(5),
    },
    unit: {
      needs: "app",
      // @ts-expect-error not a duration
      timeout: "5 minutes",
    },
    number: {
      needs: "app",
      // @ts-expect-error a number has no unit
      timeout: 5,
    },
  },
  retention: {
    // @ts-expect-error no such kind of tag
    pullRequests: days(1),
  },
  // @ts-expect-error neither of the two
  freshness: "explode",
});

defineConfig({
  project: "p",
  builds: { app: image() },
  // @ts-expect-error no such setting
  nightlies: {},
});

defineConfig({
  project: "p",
  builds: {
    app: image({
      // @ts-expect-error no such setting
      dockerFile: "Dockerfile",
    }),
    raw: {
      kind: "image",
      // @ts-expect-error no such setting
      contxt: ".",
    },
  },
});

// Targets of bake files, caches, consumers and publications are names like those of builds.
defineConfig({
  project: "p",
  topology: "workflow_call",
  builds: {
    all: bake({ targets: { web: {}, api: { target: "server" } } }),
    dist: files({ run: "make", paths: ["dist/**"] }),
  },
  caches: { npm: { paths: ["~/.npm"], files: ["package-lock.json"] } },
  consumers: {
    unit: { run: "npm test", caches: ["npm"] },
    e2e: { needs: ["web", "api"], run: "npm run e2e", after: ["unit"] },
    typo: {
      // @ts-expect-error no such target
      needs: "wep",
      run: "x",
      // @ts-expect-error no such cache
      caches: ["nmp"],
      // @ts-expect-error no such consumer
      after: ["units"],
    },
  },
  publish: {
    hub: publishImages({
      to: { host: "docker.io", namespace: "o", username: "U", password: "P" },
      images: ["web", "api"],
      names: { web: "shop" },
    }),
    npm: npmPackage({ from: "dist", after: ["hub"] }),
    notes: githubRelease({ files: ["dist"], sboms: ["web"], after: ["npm"] }),
    live: deploy({ images: "web", run: "./deploy.sh", environment: "production" }),
    plain: { kind: "npm", from: "dist" },
    // @ts-expect-error no such build
    maven: mavenPackage({ from: "disk", username: "U", password: "P", signingKey: "K" }),
    // @ts-expect-error no such build
    copy: publishImages({ to: { host: "quay.io", username: "U", password: "P" }, images: "wep" }),
    // @ts-expect-error no such target
    late: githubRelease({ after: ["nmp"] }),
    literal: {
      kind: "npm",
      // @ts-expect-error no such build
      from: "disk",
    },
  },
});

// Each of several pipelines knows its own names, and no others.
defineConfig({
  project: "shop",
  pipelines: {
    api: pipeline({ registry: ghcr("o"), builds: { api: image() }, consumers: { unit: { needs: "api", run: "x" } } }),
    web: pipeline({
      registry: ghcr("o"),
      builds: { web: image() },
      consumers: {
        unit: {
          // @ts-expect-error a build of another pipeline
          needs: "api",
          run: "x",
        },
      },
    }),
    // @ts-expect-error the check is the repository's
    rest: pipeline({ builds: {}, check: {} }),
  },
});
