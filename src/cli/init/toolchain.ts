import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ConsumerInput } from "../../config/schema.ts";

type Setup = NonNullable<ConsumerInput["setup"]>;

/** What a repository is written in: how its tools are installed, its tests run, and what it makes without a Dockerfile. */
export interface Toolchain {
  setup: Setup;
  /** Commands that install what the tests need. */
  install: string[];
  /** Commands that test, by the name of the consumer that runs them. */
  tests: Readonly<Record<string, string>>;
  /** Where tests in a browser leave what explains a failure, by the same name. */
  traces: Readonly<Record<string, string>>;
  /** Commands that make the files that are shipped, and where these lie. */
  files: { run: string[]; paths: string[] };
}

export function findToolchain(root: string): Toolchain | undefined {
  return node(root) ?? go(root) ?? python(root);
}

const has = (root: string, name: string): boolean => existsSync(join(root, name));

function textOf(root: string, name: string): string | undefined {
  return has(root, name) ? readFileSync(join(root, name), "utf8") : undefined;
}

// ---- Node ---------------------------------------------------------------------------------------------------------

interface PackageJson {
  scripts: Record<string, unknown>;
  packageManager: string;
  engine: string;
}

function packageJson(root: string): PackageJson | undefined {
  const text = textOf(root, "package.json");
  if (text === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
    const member = (value: unknown, key: string): unknown => (Object(value) as Record<string, unknown>)[key];
    return {
      scripts: Object(member(parsed, "scripts")) as Record<string, unknown>,
      packageManager: String(member(parsed, "packageManager") ?? ""),
      engine: String(member(member(parsed, "engines"), "node") ?? ""),
    };
  } catch {
    return { scripts: {}, packageManager: "", engine: "" };
  }
}

function node(root: string): Toolchain | undefined {
  const found = packageJson(root);
  if (!found) return undefined;
  const manager = packageManager(root, found.packageManager);
  const version = /\d+/.exec(textOf(root, ".nvmrc") ?? textOf(root, ".node-version") ?? "")?.[0] ?? "24";
  const scripts = Object.entries(found.scripts).filter(
    ([name, command]) => isTest(name) && !/no test specified/.test(String(command)),
  );
  return {
    setup: { node: version, ...(manager.cached && { cache: "npm" as const }) },
    install: manager.install,
    tests: Object.fromEntries(
      scripts.map(([name]) => [
        asKey(name) ?? "test",
        name === "test" ? `${manager.name} test` : `${manager.name} run ${name}`,
      ]),
    ),
    traces: Object.fromEntries(
      scripts.flatMap(([name, command]) => {
        const folder = tracesOf(name, String(command));
        return folder === undefined ? [] : [[asKey(name) ?? "test", folder]];
      }),
    ),
    files: {
      run: [...manager.install, ...("build" in found.scripts ? [`${manager.name} run build`] : []), "npm pack"],
      paths: ["*.tgz"],
    },
  };
}

/** `test`, `test:unit`, `e2e`; but nothing that watches, mends or only reports. */
const isTest = (script: string): boolean =>
  /^(test|e2e|integration)([:_-]|$)/.test(script) && !/watch|update|debug|ui$|fix|coverage|report|open/.test(script);

/** The folders that these tools write by default: https://playwright.dev/docs/test-configuration, https://docs.cypress.io/app/references/configuration */
function tracesOf(script: string, command: string): string | undefined {
  if (/\bcypress\b/.test(command)) return "cypress/screenshots/";
  return /\bplaywright\b/.test(command) || /(^|[:_-])e2e([:_-]|$)/.test(script) ? "test-results/" : undefined;
}

interface PackageManager {
  name: string;
  install: string[];
  /** Whether its download cache is one that can be restored. */
  cached: boolean;
}

function packageManager(root: string, declared: string): PackageManager {
  const [name = "", version = ""] = declared.split("@");
  if (name === "pnpm" || has(root, "pnpm-lock.yaml")) {
    return {
      name: "pnpm",
      install: ["corepack enable", has(root, "pnpm-lock.yaml") ? "pnpm install --frozen-lockfile" : "pnpm install"],
      cached: false,
    };
  }
  if (name === "yarn" || has(root, "yarn.lock")) {
    const isModern = Number.parseInt(version, 10) >= 2 || has(root, ".yarnrc.yml");
    return {
      name: "yarn",
      install: ["corepack enable", `yarn install ${isModern ? "--immutable" : "--frozen-lockfile"}`],
      cached: false,
    };
  }
  if (name === "bun" || has(root, "bun.lock") || has(root, "bun.lockb"))
    return { name: "bun", install: ["npm install --global bun", "bun install --frozen-lockfile"], cached: false };
  const isLocked = has(root, "package-lock.json") || has(root, "npm-shrinkwrap.json");
  return { name: "npm", install: [isLocked ? "npm ci" : "npm install"], cached: isLocked };
}

// ---- Go and Python --------------------------------------------------------------------------------------------------

function go(root: string): Toolchain | undefined {
  const text = textOf(root, "go.mod");
  if (text === undefined) return undefined;
  return {
    setup: {
      go: /^go\s+(\d+\.\d+)/m.exec(text)?.[1] ?? "stable",
      ...(has(root, "go.sum") && { cache: "go" as const }),
    },
    install: [],
    tests: { test: "go test ./..." },
    traces: {},
    files: { run: ["mkdir -p bin", "go build -o bin/ ./..."], paths: ["bin/**"] },
  };
}

function python(root: string): Toolchain | undefined {
  const project = textOf(root, "pyproject.toml") ?? textOf(root, "setup.py");
  const requirements = has(root, "requirements.txt");
  if (project === undefined && !requirements) return undefined;
  const isTested =
    ["tests", "test", "pytest.ini", "conftest.py", "tox.ini"].some((name) => has(root, name)) ||
    (project ?? "").includes("pytest");
  const version = /(\d+\.\d+)/.exec(textOf(root, ".python-version") ?? "")?.[1] ?? "3.13";
  return {
    setup: { python: version },
    install: [
      requirements ? "pip install --requirement requirements.txt" : "pip install .",
      ...(isTested ? ["pip install pytest"] : []),
    ],
    tests: isTested ? { test: "pytest" } : {},
    traces: {},
    files: { run: ["pip install build", "python -m build"], paths: ["dist/*"] },
  };
}

/** A name that a config takes for a build, a consumer or a project: `test:E2E` is `test-e2e`. */
export function asKey(name: string): string | undefined {
  const key = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+|-+$/g, "");
  return key === "" ? undefined : key;
}
