import { type Invocation, invocationOf } from "../../../shell/invocation.ts";
import { inputOf, jobOf, type Step } from "../../../workflow/document/document.ts";
import { type Pair, scalarOf, type ScalarNode } from "../../../workflow/yaml/node.ts";
import { commandsIn, scriptOf, spanOf } from "../../scripts.ts";
import { rule } from "../../rule.ts";
import { isFalse } from "./place.ts";

export const trustedPublishing = rule({
  id: "trusted-publishing",
  family: "security",
  levels: { recommended: "off", strict: "info" },
  summary: "Packages are published by the workflow's identity, not by a token that is kept.",
  why: 'PyPI, npm, crates.io, RubyGems and NuGet take the run\'s own identity (`id-token: write`) and give it a token for some minutes. One that is kept as a secret can be stolen, and publishes until somebody notices (OpenSSF, "Trusted Publishers for All Package Repositories"). Another registry (`--registry`, `--repository-url`) has tokens of its own and is left out; where no token is in sight, a job without `id-token: write` is asked about under `strict`.',
  bad: [
    `on: release
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - uses: pypa/gh-action-pypi-publish@release/v1
        with:
          password: \${{ secrets.PYPI_TOKEN }}
`,
    `on: release
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - run: npm publish
        env:
          NODE_AUTH_TOKEN: \${{ secrets.NPM_TOKEN }}
`,
  ],
  good: [
    `on: release
jobs:
  publish:
    runs-on: ubuntu-latest
    permissions:
      id-token: write
    steps:
      - uses: pypa/gh-action-pypi-publish@release/v1
`,
    `on: release
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - run: npm publish --registry https://npm.pkg.github.com
        env:
          NODE_AUTH_TOKEN: \${{ secrets.GITHUB_TOKEN }}
`,
  ],
  step(step, { report, settings }) {
    const { uses } = step;
    if (uses?.kind === "repository") {
      const published = byAction(step, uses.repository);
      if (published)
        report(uses.node, message(published.registry, published.how), {
          related: [{ at: published.input.key, message: "The token is given here." }],
        });
      return;
    }
    const script = scriptOf(step);
    for (const command of script ? commandsIn(script) : []) {
      const registry = registryOf(invocationOf(command));
      if (!script || !registry) continue;
      const holdsToken = registry.tokens.some(
        (name) => isSecret(variableOf(step, name)) || (registry.argument && /secrets\./.test(step.run?.value ?? "")),
      );
      // Where the token comes from the file may not show; with `id-token: write` it is the run's own.
      if (!holdsToken && (settings.preset !== "strict" || hasIdentity(step))) continue;
      report(
        spanOf(script, command.node),
        holdsToken
          ? message(registry.name, registry.how)
          : `This publishes to ${registry.name} without the run's identity, so with a token that is kept somewhere. Register the workflow as a trusted publisher there, grant \`id-token: write\`, and ${registry.how}.`,
      );
      return;
    }
  },
});

/** The input by which an action is given a token that is kept. */
function byAction(step: Step, repository: string): { input: Pair; registry: string; how: string } | undefined {
  const elsewhere = inputOf(step, "repository-url") ?? inputOf(step, "repository_url") ?? inputOf(step, "registry");
  if (elsewhere && !/pypi\.org|registry\.npmjs\.org/.test(elsewhere.value)) return undefined;
  const given = (name: string): Pair | undefined => step.with.get(name);
  if (repository === "pypa/gh-action-pypi-publish") {
    const input = given("password");
    return input && { input, registry: "PyPI", how: "leave `password` out" };
  }
  if (repository === "js-devtools/npm-publish") {
    const input = given("token");
    return input && isSecret(scalarOf(input.value)) ? { input, registry: "npm", how: "leave `token` out" } : undefined;
  }
  if (repository === "rubygems/configure-rubygems-credentials") {
    const input = given("api-token");
    return input && { input, registry: "RubyGems", how: "leave `api-token` out" };
  }
  if (repository === "rubygems/release-gem") {
    const input = given("setup-trusted-publisher");
    return input && isFalse(scalarOf(input.value))
      ? { input, registry: "RubyGems", how: "leave `setup-trusted-publisher` out" }
      : undefined;
  }
  return undefined;
}

function hasIdentity(step: Step): boolean {
  const job = jobOf(step);
  const permissions = job?.permissions ?? job?.workflow.permissions;
  return (
    !job || permissions?.all === "write-all" || scalarOf(permissions?.scopes.get("id-token")?.value)?.value === "write"
  );
}

const message = (registry: string, how: string): string =>
  `This publishes to ${registry} with a token that is kept as a secret. Register the workflow as a trusted publisher there, grant \`id-token: write\`, and ${how}.`;

const isSecret = (node: ScalarNode | undefined): boolean =>
  node !== undefined && /\bsecrets\.(?!GITHUB_TOKEN\b)\w+/.test(node.value);

function variableOf(step: Step, name: string): ScalarNode | undefined {
  const job = step.owner.kind === "job" ? step.owner : undefined;
  for (const env of [step.env, job?.env, job?.workflow.env]) {
    const pair = env?.variables.get(name);
    if (pair) return scalarOf(pair.value);
  }
  return undefined;
}

interface Registry {
  name: string;
  tokens: readonly string[];
  how: string;
  /** The token may stand in the command itself. */
  argument: boolean;
}

const PYPI: Registry = {
  name: "PyPI",
  tokens: [
    "TWINE_PASSWORD",
    "FLIT_PASSWORD",
    "POETRY_PYPI_TOKEN_PYPI",
    "UV_PUBLISH_TOKEN",
    "HATCH_INDEX_AUTH",
    "PYPI_TOKEN",
    "MATURIN_PYPI_TOKEN",
  ],
  how: "use `pypa/gh-action-pypi-publish`",
  argument: false,
};
const NPM: Registry = {
  name: "npm",
  tokens: ["NODE_AUTH_TOKEN", "NPM_TOKEN", "NPM_AUTH_TOKEN"],
  how: "publish with npm 11.5 or later",
  argument: false,
};

const CRATES: Registry = {
  name: "crates.io",
  tokens: ["CARGO_REGISTRY_TOKEN"],
  how: "use `rust-lang/crates-io-auth-action`",
  argument: false,
};
const RUBYGEMS: Registry = {
  name: "RubyGems",
  tokens: ["GEM_HOST_API_KEY", "RUBYGEMS_API_KEY"],
  how: "use `rubygems/release-gem`",
  argument: false,
};
const NUGET: Registry = {
  name: "NuGet",
  tokens: ["NUGET_API_KEY", "NUGET_TOKEN", "NUGET_KEY"],
  how: "use `NuGet/login`",
  argument: true,
};

/** Programs that run another one: `bundle exec gem push`, `uvx twine upload`. */
const RUNNERS: Readonly<Record<string, RegExp>> = {
  bundle: /^exec$/,
  bunx: /^/,
  npx: /^/,
  pipx: /^run$/,
  pnpm: /^dlx$/,
  python: /^-m$/,
  python3: /^-m$/,
  uv: /^run$/,
  uvx: /^/,
};

function registryOf({ name, args }: Pick<Invocation, "name" | "args">): Registry | undefined {
  const inner =
    name === undefined || !Object.hasOwn(RUNNERS, name) || !RUNNERS[name]?.test(args[0] ?? "")
      ? undefined
      : args.slice(/^(?:bunx|npx|uvx)$/.test(name) ? 0 : 1).filter((arg) => !arg.startsWith("-"));
  if (inner && inner.length > 0 && name !== inner[0]) return registryOf({ name: inner[0], args: inner.slice(1) });
  const text = args.join(" ");
  if (
    /--(?:repository-url|registry|index|repository|dry-run)\b/.test(text) &&
    !/pypi\.org|registry\.npmjs\.org|--repository pypi\b/.test(text)
  )
    return undefined;
  const [verb, second] = args.filter(
    (arg, at) =>
      !/^[-+]/.test(arg) &&
      !/^(?:-w|--workspace|--filter|-F|-C|--dir|--prefix|--manifest-path)$/.test(args[at - 1] ?? ""),
  );
  switch (name) {
    case "twine":
      return verb === "upload" ? PYPI : undefined;
    case "poetry":
    case "flit":
    case "uv":
    case "hatch":
    case "pdm":
      return verb === "publish" ? PYPI : undefined;
    case "npm":
    case "pnpm":
    case "bun":
      return verb === "publish" ? NPM : undefined;
    case "yarn":
      return verb === "publish" || (verb === "npm" && second === "publish") ? NPM : undefined;
    case "cargo":
      return verb === "publish" || (/^(?:workspaces|ws|hack)$/.test(verb ?? "") && second === "publish")
        ? CRATES
        : undefined;
    case "gem":
      return verb === "push" ? RUBYGEMS : undefined;
    case "dotnet":
      return verb === "nuget" && second === "push" && (/nuget\.org/.test(text) || !/--source|-s\b/.test(text))
        ? NUGET
        : undefined;
    default:
      return undefined;
  }
}
