/** Variables that commands read: no two that GitHub cannot tell apart, and none that somebody else sets. */
import type { Problem } from "../../config/problem.ts";
import type { Config } from "../../config/schema.ts";
import { environmentName, imagesOnRunner } from "../local-images.ts";
import type { Consumer, Pipeline } from "../types.ts";

/** Names that stand in one `env`, with where each is written. */
interface Scope {
  names: readonly { name: string; path: PropertyKey[] }[];
  /** What Pipewright sets there, and what it is. */
  given: Readonly<Record<string, string>>;
}

export function variableProblems(config: Config, pipeline: Pipeline): Problem[] {
  const scopes: Scope[] = [
    ...Object.entries(config.builds).flatMap(([key, build]): Scope[] =>
      build.kind === "files"
        ? [{ names: keysOf(build.env, ["builds", key, "env"]), given: { VERSION: "the version of this build" } }]
        : [],
    ),
    ...pipeline.consumers.flatMap((consumer) => consumerScopes(config, consumer)),
    ...Object.entries(config.publish).flatMap(([key, target]): Scope[] =>
      target.kind === "deploy"
        ? [
            {
              names: [
                ...keysOf(target.env, ["publish", key, "env"]),
                ...target.secrets.map((name, index) => ({ name, path: ["publish", key, "secrets", index] })),
              ],
              given: { TAG: "the tag of the images" },
            },
          ]
        : [],
    ),
  ];
  return scopes.flatMap((scope) => [...alike(scope), ...taken(scope)]);
}

const keysOf = (env: Readonly<Record<string, unknown>>, path: PropertyKey[]): Scope["names"] =>
  Object.keys(env).map((name) => ({ name, path: [...path, name] }));

function consumerScopes(config: Config, consumer: Consumer): Scope[] {
  const written = config.consumers[consumer.key];
  if (!written) return [];
  const path = ["consumers", consumer.key];
  const given = givenTo(consumer);
  const secrets = Array.isArray(written.secrets) ? written.secrets : written.secrets.names;
  const ofAll = [
    ...keysOf(written.env, [...path, "env"]),
    ...secrets.map((name, index) => ({
      name,
      path: [...path, "secrets", ...(Array.isArray(written.secrets) ? [] : ["names"]), index],
    })),
  ];
  return [
    { names: ofAll, given },
    ...(written.steps ?? []).map((step, index): Scope => ({
      // A step may say another value for a name of all steps; another spelling of it is another matter.
      names: keysOf(step.env, [...path, "steps", index, "env"]),
      given,
    })),
    ...Object.entries(written.services).map(([key, service]): Scope => ({
      names: keysOf(service.env, [...path, "services", key, "env"]),
      given: {},
    })),
    ...(written.deployment
      ? [
          {
            names: [
              ...keysOf(written.deployment.env, [...path, "deployment", "env"]),
              ...keysOf(written.deployment.secrets, [...path, "deployment", "secrets"]),
            ],
            // What its commands learn of the place is another invariant's.
            given: {},
          },
        ]
      : []),
  ];
}

/** What its commands are told without asking. */
function givenTo(consumer: Consumer): Record<string, string> {
  const images = imagesOnRunner(consumer);
  return Object.fromEntries([
    ...(images.length > 0 ? [["IMAGE", "the image under test"] as const] : []),
    ...images.map(({ key }) => [`IMAGE_${environmentName(key)}`, `the image "${key}" under test`] as const),
    ...consumer.builds.flatMap(({ kind, key }) =>
      kind === "files" ? [[`FILES_${environmentName(key)}`, `the files of "${key}"`] as const] : [],
    ),
    ...Object.keys(consumer.matrix ?? {}).map(
      (key) => [`MATRIX_${environmentName(key)}`, `the matrix's "${key}"`] as const,
    ),
    ...(consumer.deployment ? [["APP", "the name of the place"] as const] : []),
  ]);
}

/** GitHub does not tell keys of a mapping apart by their case, and refuses the file. */
function alike({ names }: Scope): Problem[] {
  const seen = new Map<string, string>();
  return names.flatMap(({ name, path }): Problem[] => {
    const other = seen.get(name.toLowerCase());
    seen.set(name.toLowerCase(), other ?? name);
    if (other === undefined) return [];
    return [
      {
        path,
        at: "key",
        message:
          other === name
            ? `"${name}" is both a variable and a secret here, and only one of them could be read.`
            : `"${other}" and "${name}" are one name to GitHub, which refuses a file with both.`,
        hint: "Rename one of them.",
      },
    ];
  });
}

/** GitHub's docs, "Default environment variables": what begins so cannot be set. */
const OF_GITHUB = /^(?:GITHUB|RUNNER)_/i;

const taken = ({ names, given }: Scope): Problem[] =>
  names.flatMap(({ name, path }): Problem[] => {
    const own = Object.entries(given).find(([one]) => one.toLowerCase() === name.toLowerCase());
    if (own === undefined && !OF_GITHUB.test(name)) return [];
    return [
      {
        path,
        at: "key",
        message: own
          ? `"${name}" is ${own[1]}, which the commands would no longer find.`
          : `"${name}" is GitHub's own: it keeps its value, whatever is said here.`,
        hint: "Give it another name.",
      },
    ];
  });
