/** What steps and jobs need of `GITHUB_TOKEN`, at least. */
import { permissionsOfGh, permissionsOfRequest } from "../actions/gh-permissions.ts";
import { permissionsOfOctokit } from "../actions/octokit-permissions.ts";
import {
  isOwnToken,
  NAMES_TOKEN,
  permissionsOfAction,
  type TokenAccess,
  type TokenNeeds,
  tokenNeeds,
  type TokenScope,
} from "../actions/permissions.ts";
import { methodOf } from "../shell/curl.ts";
import { type Document, type EnvBlock, inputOf, type Job, jobOf, type Step } from "../workflow/document/document.ts";
import { isAction } from "../workflow/document/uses.ts";
import { scalarOf } from "../workflow/yaml/node.ts";
import { commandsIn, type Script, scriptsOf, type ShellCommand } from "./scripts.ts";

export type { TokenAccess, TokenNeeds, TokenScope } from "../actions/permissions.ts";

const NOTHING = tokenNeeds({});
const UNKNOWN = tokenNeeds({}, false);
const needs = (scope: TokenScope, access: TokenAccess, certain = true): TokenNeeds =>
  tokenNeeds({ [scope]: access }, certain);

const ofSteps = new WeakMap<Step, TokenNeeds>();

/** `certain` where the step is understood: then it needs these scopes and no others. */
export function permissionsNeededBy(step: Step): TokenNeeds {
  let found = ofSteps.get(step);
  if (!found) {
    found = byTrigger(step, step.uses ? neededByAction(step) : step.run ? neededByScript(step) : NOTHING);
    ofSteps.set(step, found);
  }
  return found;
}

/** The union over a job's steps, its containers' registry among them; a called workflow is not understood. */
export function permissionsNeededByJob(job: Job): TokenNeeds {
  if (job.uses) return UNKNOWN;
  const containers = [job.container, ...job.services].flatMap((container) =>
    container && [...container.credentials.values()].some(({ value }) => namesToken(scalarOf(value)?.value))
      ? [needs("packages", "read")]
      : [],
  );
  return together([...job.steps.map(permissionsNeededBy), ...containers]);
}

export function together(all: readonly TokenNeeds[]): TokenNeeds {
  return {
    scopes: union(all.map(({ scopes }) => scopes)),
    optional: union(all.map(({ optional }) => optional)),
    certain: all.every(({ certain }) => certain),
  };
}

/** All scopes, the optional ones too: the least under which everything works everywhere. */
export const leastFor = ({ scopes, optional }: TokenNeeds): Map<TokenScope, TokenAccess> => union([scopes, optional]);

function union(all: readonly ReadonlyMap<TokenScope, TokenAccess>[]): Map<TokenScope, TokenAccess> {
  const scopes = new Map<TokenScope, TokenAccess>();
  for (const each of all)
    for (const [scope, access] of each) if (access === "write" || !scopes.has(scope)) scopes.set(scope, access);
  return scopes;
}

/** `secrets.GITHUB_TOKEN` or `github.token` in a value. */
export const namesToken = (value: string | undefined): boolean =>
  value !== undefined && value.includes("${{") && NAMES_TOKEN.test(value);

/**
 * Comments, labels and assignees of a pull request go through its issue: `pull-requests: write` opens them for a pull
 * request, `issues: write` for an issue, and the events say which of them there can be.
 */
function byTrigger(step: Step, found: TokenNeeds): TokenNeeds {
  const workflow = jobOf(step)?.workflow;
  const access = found.scopes.get("issues");
  if (
    !workflow ||
    access === undefined ||
    workflow.triggers.some(({ event }) => event === "issues" || event === "issue_comment")
  )
    return found;
  if (workflow.triggers.length === 0 || !workflow.triggers.every(({ event }) => event.startsWith("pull_request")))
    return found;
  const scopes = new Map(found.scopes);
  scopes.delete("issues");
  if (scopes.get("pull-requests") !== "write") scopes.set("pull-requests", access);
  return { ...found, scopes };
}

const inputsOf =
  (step: Step) =>
  (name: string): string | undefined =>
    inputOf(step, name)?.value;

function neededByAction(step: Step): TokenNeeds {
  const { uses } = step;
  if (uses?.kind === "docker") return namesTokenInside(step) ? UNKNOWN : NOTHING;
  if (uses?.kind !== "repository") return UNKNOWN;
  const input = inputsOf(step);
  if (isAction(uses, "actions/github-script")) {
    const token = input("github-token");
    const code = input("script");
    if (isOwnToken(token)) return NOTHING;
    return code === undefined ? UNKNOWN : permissionsOfOctokit(code);
  }
  if (isAction(uses, "docker/login-action")) {
    const registry = input("registry");
    if (!namesToken(input("password"))) return NOTHING;
    if (registry === undefined || /^(?:docker\.io|index\.docker\.io)$/.test(registry)) return NOTHING;
    return registryAccess(step, true);
  }
  // Without `context` BuildKit fetches the repository itself.
  if (isAction(uses, "docker/build-push-action"))
    return input("context") === undefined ? tokenNeeds({ contents: "read?" }) : NOTHING;
  if (isAction(uses, "docker/bake-action")) return NOTHING;
  return permissionsOfAction(uses.name, input, uses.ref) ?? UNKNOWN;
}

function namesTokenInside({ with: inputs, env }: Step): boolean {
  return [...inputs.values(), ...(env?.variables.values() ?? [])].some(({ value }) =>
    namesToken(scalarOf(value)?.value),
  );
}

/** A login to GitHub's registry is good for what the job's steps do with it. */
function registryAccess(step: Step, certain: boolean): TokenNeeds {
  const pushes = step.owner.steps.map(pushesImages);
  if (pushes.includes("yes")) return needs("packages", "write", certain);
  return needs("packages", "read", certain && !pushes.includes("perhaps"));
}

type Likelihood = "yes" | "perhaps" | "no";

function pushesImages(step: Step): Likelihood {
  const { uses } = step;
  if (isAction(uses, "docker/build-push-action", "docker/bake-action")) {
    const input = inputsOf(step);
    return (input("push") ?? "false") !== "false" ||
      /\bpush=true\b|type=registry/.test(`${input("outputs") ?? ""} ${input("cache-to") ?? ""} ${input("set") ?? ""}`)
      ? "yes"
      : "no";
  }
  if (isAction(uses, "docker/login-action", "actions/github-script")) return "no";
  if (uses)
    return uses.kind === "repository" && permissionsOfAction(uses.name, inputsOf(step), uses.ref) !== undefined
      ? "no"
      : "perhaps";
  const script = scriptOf(step);
  if (!script) return /\bpush\b/.test(step.run?.value ?? "") ? "perhaps" : "no";
  const found = commandsIn(script).map(pushesImage);
  return found.includes("yes") ? "yes" : found.includes("perhaps") ? "perhaps" : "no";
}

const REGISTRY_CLIENTS = new Set([
  "docker",
  "podman",
  "buildah",
  "skopeo",
  "crane",
  "regctl",
  "oras",
  "cosign",
  "helm",
  "flyctl",
]);

/** `docker push`, also behind a wrapper such as `retry`; what is no client of a registry may push if it says so. */
function pushesImage({ name, args }: ShellCommand): Likelihood {
  const words = [name ?? "", ...args];
  const client = words.findIndex((word) => REGISTRY_CLIENTS.has(word));
  if (client === -1)
    return !QUIET.has(name ?? "") && args.some((arg) => /^(?:docker-)?(?:push|publish)(?:-|$)/.test(arg))
      ? "perhaps"
      : "no";
  const rest = words.slice(client + 1);
  if (words[client] === "cosign") return /^(?:sign|attest|attach|copy)$/.test(rest[0] ?? "") ? "yes" : "no";
  if (
    rest.some(
      (arg, index) => /^(?:push|--push(?:=true)?)$/.test(arg) || (arg === "create" && rest[index - 1] === "imagetools"),
    )
  )
    return "yes";
  return words[client] !== "docker" && /^(?:copy|cp|tag)$/.test(rest[0] ?? "") ? "yes" : "no";
}

const scriptsByStep = new WeakMap<Document, Map<Step, Script>>();

function scriptOf(step: Step): Script | undefined {
  const document = step.owner.kind === "job" ? step.owner.workflow : step.owner;
  let known = scriptsByStep.get(document);
  if (!known) {
    known = new Map(scriptsOf(document).map((script) => [script.step, script]));
    scriptsByStep.set(document, known);
  }
  return known.get(step);
}

function variable(step: Step, name: string): string | undefined {
  const job = jobOf(step);
  const blocks: (EnvBlock | undefined)[] = [step.env, job?.env, job?.workflow.env];
  for (const block of blocks) {
    const pair = block?.variables.get(name);
    if (pair) return scalarOf(pair.value)?.value;
  }
  return undefined;
}

/** A variable of the step, of its job or of the workflow holds the token, or the script's text does. */
function seesToken(step: Step): boolean {
  const job = jobOf(step);
  if (namesToken(step.run?.value)) return true;
  return [step.env, job?.env, job?.workflow.env].some(
    (block) =>
      block?.computed === true ||
      [...(block?.variables.values() ?? [])].some(({ value }) => namesToken(scalarOf(value)?.value)),
  );
}

/** Words of a script that may push commits, tags or releases with the credentials that a checkout leaves behind. */
const PUBLISHES =
  /push|publish|deploy|(?<!--)release|gh-pages|\b(?:bump|goreleaser|lerna|changeset|standard-version|mike)\b/i;

function neededByScript(step: Step): TokenNeeds {
  const token = seesToken(step);
  const script = scriptOf(step);
  // Another shell: without the token in sight it can only use what a checkout left.
  if (!script) return token || PUBLISHES.test(step.run?.value ?? "") ? UNKNOWN : NOTHING;
  return together(commandsIn(script).map((command) => neededByCommand(step, script, command, token)));
}

/** Programs that make nothing of a token in their environment. */
const QUIET = new Set(
  "[ [[ : . awk base64 basename break cat cd chmod command continue cp curl cut date declare df diff dirname docker du echo env eval exit export false find git gh grep gunzip gzip head hash id jq ln local ls mapfile md5sum mkdir mktemp mv nproc popd printf pushd pwd read readarray readlink realpath return rm sed seq set sha256sum shift sleep sort source stat sudo tail tar tee test time touch tr trap true type uname uniq unset unzip wait wc wget which xargs yq zip".split(
    " ",
  ),
);

function neededByCommand(step: Step, script: Script, { name, args, node }: ShellCommand, token: boolean): TokenNeeds {
  const text = script.source.slice(node.pos, node.end);
  switch (name) {
    case undefined:
      // Assignments alone run nothing; a computed name may be any program.
      return node.name !== undefined && (token || PUBLISHES.test(text)) ? UNKNOWN : NOTHING;
    case "gh": {
      const own = variable(step, "GH_TOKEN") ?? variable(step, "GITHUB_TOKEN");
      if (own !== undefined && isOwnToken(own)) return NOTHING;
      return permissionsOfGh(args) ?? UNKNOWN;
    }
    case "git":
      return neededByGit(step, args);
    case "docker":
    case "podman":
    case "buildah":
    case "skopeo":
    case "helm":
      if (!args.includes("login")) return NOTHING;
      return args.some((arg) => /(?:^|\/)ghcr\.io|^(?:docker|npm|maven|nuget)\.pkg\.github\.com/.test(arg))
        ? registryAccess(step, token)
        : UNKNOWN;
    case "cosign":
      return /^(?:sign|attest|sign-blob|attest-blob)$/.test(args[0] ?? "") &&
        !args.some((arg) => arg.startsWith("--key"))
        ? needs("id-token", "write")
        : NOTHING;
    case "npm":
    case "pnpm":
    case "yarn":
      if (args[0] === "publish")
        return args.some((arg) => arg.startsWith("--provenance")) ? needs("id-token", "write", !token) : UNKNOWN;
      break;
    case "curl":
    case "wget":
      return neededByCurl(script, args, text, token);
  }
  if (QUIET.has(name))
    return PUBLISHES.test(text) && (name === "eval" || name === "sudo" || name === "xargs" || name === "env")
      ? UNKNOWN
      : NOTHING;
  // A wrapper such as `retry`: what it runs talks to a registry, for which a login answers.
  if (!token && args.some((arg) => REGISTRY_CLIENTS.has(arg)) && !args.includes("login")) return NOTHING;
  return token || PUBLISHES.test(text) ? UNKNOWN : NOTHING;
}

function neededByGit(step: Step, args: readonly string[]): TokenNeeds {
  const verb = args.find((arg, index) => !arg.startsWith("-") && args[index - 1] !== "-C" && args[index - 1] !== "-c");
  if (verb === "push")
    return needs("contents", "write", !args.some((arg) => /:\/\/|^git@|_{5,}|\$/.test(arg)) && !ownCheckoutToken(step));
  if (verb === "fetch" || verb === "pull" || verb === "ls-remote" || verb === "submodule" || verb === "lfs")
    return tokenNeeds({ contents: "read?" });
  return NOTHING;
}

/** A checkout before the step left another token behind. */
const ownCheckoutToken = ({ owner, index }: Step): boolean =>
  owner.steps
    .slice(0, index)
    .some(
      (other) =>
        isAction(other.uses, "actions/checkout") &&
        (isOwnToken(inputOf(other, "token")?.value) || inputOf(other, "ssh-key") !== undefined),
    );

function neededByCurl(script: Script, args: readonly string[], text: string, token: boolean): TokenNeeds {
  if (!token && !/secrets\.GITHUB_TOKEN|github\.token/.test(script.text.slice(0, 10_000))) return NOTHING;
  const url = args.find((arg) => /api\.github\.com\/|GITHUB_API_URL/.test(arg));
  if (url === undefined) return /github/i.test(text) ? UNKNOWN : NOTHING;
  const method = methodOf(args);
  return (method === undefined ? undefined : permissionsOfRequest(method, url)) ?? UNKNOWN;
}
