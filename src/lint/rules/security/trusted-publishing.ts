import type { Step } from "../../../workflow/document/document.ts";
import { scalarOf, type ScalarNode } from "../../../workflow/yaml/node.ts";
import { commandsIn, type ShellCommand, spanOf } from "../../scripts.ts";
import { rule } from "../../rule.ts";
import { inputOf, scriptOf } from "./place.ts";

export const trustedPublishing = rule({
  id: "trusted-publishing",
  family: "security",
  levels: { recommended: "off", strict: "info" },
  summary: "Packages are published by the workflow's identity, not by a token that is kept.",
  why: "PyPI, npm, crates.io, RubyGems and NuGet take the run's own identity (`id-token: write`) and give it a token for some minutes. One that is kept as a secret can be stolen, and publishes until somebody notices (OpenSSF, \"Trusted Publishers for All Package Repositories\").",
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
      - run: npm publish
        env:
          NODE_AUTH_TOKEN: \${{ secrets.GITHUB_TOKEN }}
`,
  ],
  step(step, { report }) {
    const { uses } = step;
    if (uses?.kind === "repository") {
      const password = uses.repository === "pypa/gh-action-pypi-publish" ? inputOf(step, "password") : uses.repository === "js-devtools/npm-publish" ? inputOf(step, "token") : undefined;
      const elsewhere = inputOf(step, "repository-url") ?? inputOf(step, "repository_url") ?? inputOf(step, "registry");
      if (password && isSecret(password) && (!elsewhere || /pypi\.org|registry\.npmjs\.org/.test(elsewhere.value))) report(password, uses.repository.startsWith("pypa") ? message("PyPI", "leave `password` out") : message("npm", "leave `token` out"));
      return;
    }
    const script = scriptOf(step);
    for (const command of script ? commandsIn(script) : []) {
      const registry = registryOf(command);
      if (script && registry && registry.tokens.some((name) => isSecret(variableOf(step, name)) || (registry.argument && /secrets\./.test(step.run?.value ?? "")))) {
        report(spanOf(script, command.node), message(registry.name, registry.how));
        return;
      }
    }
  },
});

const message = (registry: string, how: string): string => `This publishes to ${registry} with a token that is kept as a secret. Register the workflow as a trusted publisher there, grant \`id-token: write\`, and ${how}.`;

const isSecret = (node: ScalarNode | undefined): boolean => node !== undefined && /\bsecrets\.(?!GITHUB_TOKEN\b)\w+/.test(node.value);

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

const PYPI: Registry = { name: "PyPI", tokens: ["TWINE_PASSWORD", "FLIT_PASSWORD", "POETRY_PYPI_TOKEN_PYPI", "UV_PUBLISH_TOKEN", "HATCH_INDEX_AUTH", "PYPI_TOKEN", "MATURIN_PYPI_TOKEN"], how: "use `pypa/gh-action-pypi-publish`", argument: false };
const NPM: Registry = { name: "npm", tokens: ["NODE_AUTH_TOKEN", "NPM_TOKEN", "NPM_AUTH_TOKEN"], how: "publish with npm 11.5 or later", argument: false };

function registryOf({ name, args }: ShellCommand): Registry | undefined {
  const text = args.join(" ");
  if (/--(?:repository-url|registry|index|repository|dry-run)\b/.test(text) && !/pypi\.org|registry\.npmjs\.org|--repository pypi\b/.test(text)) return undefined;
  if ((name === "twine" && args[0] === "upload") || (/^python3?$/.test(name ?? "") && text.startsWith("-m twine upload"))) return PYPI;
  if ((name === "poetry" || name === "flit" || name === "uv" || name === "hatch") && args[0] === "publish") return PYPI;
  if ((name === "npm" || name === "pnpm") && args[0] === "publish") return NPM;
  if (name === "yarn" && (args[0] === "publish" || text.startsWith("npm publish"))) return NPM;
  if (name === "cargo" && args[0] === "publish") return { name: "crates.io", tokens: ["CARGO_REGISTRY_TOKEN"], how: "use `rust-lang/crates-io-auth-action`", argument: false };
  if (name === "gem" && args[0] === "push") return { name: "RubyGems", tokens: ["GEM_HOST_API_KEY", "RUBYGEMS_API_KEY"], how: "use `rubygems/release-gem`", argument: false };
  if (name === "dotnet" && args[0] === "nuget" && args[1] === "push" && /nuget\.org/.test(text)) return { name: "NuGet", tokens: ["NUGET_API_KEY", "NUGET_TOKEN", "NUGET_KEY"], how: "use `NuGet/login`", argument: true };
  return undefined;
}
