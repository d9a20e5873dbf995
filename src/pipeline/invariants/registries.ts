/** A registry is one that jobs can log in to, and images have a name of their own there. */
import type { Problem } from "../../config/problem.ts";
import type { Config } from "../../config/schema.ts";
import { imageBaseName, imageIn } from "../images.ts";
import type { CleanupMode, ImageBuild, Pipeline, Registry, RegistryAuth } from "../types.ts";

/** A registry of the config, where it stands, and the plan's reading of it. */
interface Place {
  path: (string | number)[];
  registry: Registry;
  /** As it was written, without what the plan has filled in. */
  written: { namespace?: string | undefined; repository?: string | undefined };
}

export function registryProblems(config: Config, pipeline: Pipeline): Problem[] {
  const images = pipeline.builds.filter((build) => build.kind === "image");
  if (!config.registry || !pipeline.registry || images.length === 0) return [];
  const own: Place = { path: ["registry"], registry: pipeline.registry, written: config.registry };
  const published = publishedTo(config, pipeline);
  const others = [
    ...placesOf("copies", config.copies, pipeline.copies),
    ...placesOf("mirrors", config.mirrors, pipeline.mirrors),
  ];
  return [
    ...[own, ...others, ...published].flatMap(nameProblems),
    ...[own, ...others].flatMap((place) => oneNameProblems(place, images)),
    ...published.flatMap((place) => oneNameProblems(place, place.images)),
    ...calledAfterTheRepository(config, own),
    ...[own, ...others, ...published].flatMap(loginProblems),
    ...ownLoginProblems(own),
    ...[...others, ...published].flatMap(otherLoginProblems),
    ...cleanupProblems(pipeline.registry),
    ...[own, ...others.filter(({ path }) => path[0] === "mirrors")].flatMap((place) => forkProblems(pipeline, place)),
    ...sharedHosts(own, others),
    ...others.flatMap((place) => ontoItself(place, images)),
  ];
}

const placesOf = (
  key: "copies" | "mirrors",
  written: readonly Place["written"][],
  registries: readonly Registry[],
): Place[] =>
  registries.flatMap((registry, index) => {
    const one = written[index];
    return one ? [{ path: [key, index], registry, written: one }] : [];
  });

/** The registries of targets that publish images, each with what goes there. */
const publishedTo = (config: Config, pipeline: Pipeline): (Place & { images: readonly ImageBuild[] })[] =>
  pipeline.publish.flatMap((target) => {
    const written = config.publish[target.key];
    if (target.kind !== "images" || written?.kind !== "images") return [];
    return [
      {
        path: ["publish", target.key, "to"],
        registry: target.to,
        written: written.to,
        images: target.images.map(({ build }) => build),
      },
    ];
  });

/** What an account is called where a registry has accounts. */
function nameProblems({ path, registry, written }: Place): Problem[] {
  const { host, namespace, repository, auth } = registry;
  if (written.repository !== undefined && written.namespace !== undefined)
    return [
      {
        path: [...path, "namespace"],
        message: `Images on ${host} are called ${repository} and nothing else, so a namespace has no place in their name.`,
        hint: "Leave out `namespace`, or `repository`.",
      },
    ];
  if (repository !== undefined || namespace?.includes("/")) return [];
  if (host === "ghcr.io" && namespace === undefined)
    return [
      {
        path,
        message: "Images on ghcr.io live below an account, and the registry names none.",
        hint: 'Write `ghcr("your-account")`.',
      },
    ];
  if (host === "docker.io" && namespace === undefined)
    return [
      {
        path,
        message: "Images on Docker Hub live below an account, and the registry names none.",
        hint: "Name it in `namespace`.",
      },
    ];
  if (auth?.kind === "google")
    return [
      {
        path,
        message: "Images on Google's Artifact Registry live below a project and one of its repositories.",
        hint: "Write `gar({ project: …, repository: …, … })`, or both in `namespace`.",
      },
    ];
  return [];
}

function oneNameProblems({ path, registry: { host, repository } }: Place, images: readonly ImageBuild[]): Problem[] {
  if (repository === undefined || images.length < 2) return [];
  return [
    {
      path: [...path, "repository"],
      message: `${host}/${repository} is one name, and ${images.length} images would share its tags.`,
      hint: "Leave out `repository`, so that each image's own name stands there, or give that registry one image only.",
    },
  ];
}

function calledAfterTheRepository(config: Config, { registry: { host, repository } }: Place): Problem[] {
  if (repository === undefined) return [];
  return Object.entries(config.builds).flatMap(([key, build]) =>
    build.kind === "image" && build.image !== undefined && build.image !== repository
      ? [
          {
            path: ["builds", key, "image"],
            message: `The image is called ${host}/${repository}, whatever stands here.`,
            hint: "Leave out `image`.",
          },
        ]
      : [],
  );
}

const OWNERS: Readonly<Record<RegistryAuth["kind"], string>> = { fly: "Fly.io", aws: "Amazon", google: "Google" };

/** Where each way to log in is understood. */
function isHostOf(host: string, auth: RegistryAuth): boolean {
  if (auth.kind === "fly") return host === "registry.fly.io";
  if (auth.kind === "google") return host.endsWith("-docker.pkg.dev") || host === "gcr.io" || host.endsWith(".gcr.io");
  return [
    `${auth.account}.dkr.ecr.${auth.region}.amazonaws.com`,
    `${auth.account}.dkr.ecr.${auth.region}.amazonaws.com.cn`,
  ].includes(host);
}

function loginProblems({ path, registry: { host, auth, username, password } }: Place): Problem[] {
  if (!auth) return [];
  const key = username === undefined ? (password === undefined ? undefined : "password") : "username";
  return [
    ...(key === undefined
      ? []
      : [
          {
            path: [...path, key],
            message: `Jobs log in to ${host} by \`auth\`, so a user name or a password would never be used.`,
            hint: "Leave them out, or `auth`.",
          },
        ]),
    ...(isHostOf(host, auth)
      ? []
      : [
          {
            path: [...path, "host"],
            message: `${host} is not the registry of ${OWNERS[auth.kind]} that \`auth\` logs in to.`,
            hint: `Write \`${{ fly: 'fly("your-app")', aws: "ecr({ … })", google: "gar({ … })" }[auth.kind]}\`, which makes the host.`,
          },
        ]),
  ];
}

const ownLoginProblems = ({ path, registry: { host, auth, password } }: Place): Problem[] =>
  host === "ghcr.io" || auth || password !== undefined
    ? []
    : [
        {
          path,
          message: `${host} does not accept GitHub's own token.`,
          hint:
            host === "registry.fly.io"
              ? 'Write `fly("your-app", { token: "FLY_API_TOKEN" })`.'
              : "Name the secrets that hold its `username` and `password`.",
        },
      ];

function otherLoginProblems({ path, registry: { host, auth, username, password } }: Place): Problem[] {
  if (auth || (username !== undefined && password !== undefined)) return [];
  if (host === "ghcr.io" && username === undefined && password === undefined) return [];
  return [
    {
      path,
      message: `Jobs cannot log in to ${host}: neither a user name with a password nor \`auth\` is given.`,
      hint: "Name the secrets that hold its `username` and `password`.",
    },
  ];
}

function cleanupProblems({ host, cleanup, auth }: NonNullable<Pipeline["registry"]>): Problem[] {
  const wrong = (message: string, use: CleanupMode): Problem[] => [
    { path: ["registry", "cleanup"], message, hint: `Use "${use}".` },
  ];
  if (host === "ghcr.io")
    return cleanup === "packages"
      ? []
      : wrong(
          "ghcr.io answers 405 to deletes of the OCI distribution API, and has no other than GitHub's package API.",
          "packages",
        );
  if (host === "docker.io")
    return cleanup === "dockerhub" ? [] : wrong("Docker Hub deletes images through its own API only.", "dockerhub");
  if (cleanup === "packages")
    return wrong(`${host} has no GitHub package API to delete images through.`, auth?.kind === "aws" ? "ecr" : "oci");
  if (cleanup === "dockerhub") return wrong(`${host} is not Docker Hub.`, auth?.kind === "aws" ? "ecr" : "oci");
  if (cleanup === "ecr" && auth?.kind !== "aws")
    return wrong(`${host} is not a registry of Amazon that jobs log in to as a role.`, "oci");
  return [];
}

/** A job that tests a fork's code could take the role itself: after a build, it runs on the default branch in GitHub's eyes. */
function forkProblems(pipeline: Pipeline, { path, registry: { host, auth } }: Place): Problem[] {
  if ((auth?.kind !== "aws" && auth?.kind !== "google") || pipeline.topology !== "workflow_run") return [];
  const tester = pipeline.consumers.find(
    (consumer) => consumer.forks && consumer.source === "registry" && consumer.events.includes("pullRequest"),
  );
  if (!tester) return [];
  return [
    {
      path: [...path, "auth"],
      message: `The consumer "${tester.key}" tests pull requests of forks in a job that may log in to ${host} as this workflow, so a fork's code could do so, too.`,
      hint: 'Write `forks: "build"`, or `forks: false` for each consumer.',
    },
  ];
}

/** Docker keeps one login for a host. */
function sharedHosts(own: Place, others: readonly Place[]): Problem[] {
  const hosts = new Set([own.registry.host]);
  return others.flatMap(({ path, registry: { host } }): Problem[] => {
    const known = hosts.has(host);
    hosts.add(host);
    return known
      ? [
          {
            path: [...path, "host"],
            message: `A job can be logged in to ${host} with one account only, and this would be a second one.`,
            hint: "Copy to another registry, or give both images to one account.",
          },
        ]
      : [];
  });
}

function ontoItself({ path, registry }: Place, images: readonly ImageBuild[]): Problem[] {
  const same = images.find((build) => imageIn(registry, imageBaseName(build.image)) === build.image);
  return same
    ? [
        {
          path,
          message: `This copy of ${same.image} would be copied onto itself.`,
          hint: "Name another registry or namespace.",
        },
      ]
    : [];
}
