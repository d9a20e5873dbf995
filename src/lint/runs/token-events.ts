/**
 * Events that a job makes with its own `GITHUB_TOKEN`: a tag, a release or a branch that it pushes. They start no
 * workflows ("Use GITHUB_TOKEN for authentication in workflows"). Pull requests are left out: since June 2026 their
 * workflows wait for an approval.
 */
import type { Job, Step } from "../../workflow/document/document.ts";
import { isAction } from "../../workflow/document/uses.ts";
import { scalarOf, type Span } from "../../workflow/yaml/node.ts";
import type { RepositoryFiles } from "../repository.ts";
import { commandsIn, type Script, type ShellCommand, spanOf } from "../scripts.ts";
import { scriptsByStep } from "./lasting.ts";
import { bringsOwnToken, ghUsesJobToken, isJobToken, pushesBack, variableOf } from "./token-use.ts";

export interface TokenEvent {
  kind: "tag" | "release" | "branch";
  /** The tag's or branch's name, or what it surely begins with where `whole` is false. */
  name: string;
  whole: boolean;
  /** Makes the tag only where there is none yet, as a release does. */
  perhaps: boolean;
  at: Span;
  /** For people: `git push`, `softprops/action-gh-release`. */
  by: string;
}

/** Only what surely happens with the job's token. */
export function tokenEventsOf(job: Job, files: RepositoryFiles): TokenEvent[] {
  return job.steps.flatMap((step) => {
    const script = scriptsByStep(job).get(step);
    return script
      ? ofScript(script, step, job)
      : step.uses && !bringsOwnToken(step, job)
        ? ofAction(step, job, files)
        : [];
  });
}

const UNKNOWN = { name: "", whole: false };

interface ReleaseAction {
  names: readonly string[];
  /** Without this input the action takes the job's token by itself; `env`: it wants `GITHUB_TOKEN` there. */
  token: string | "env";
  makes: readonly TokenEvent["kind"][];
  tag?: string;
  /** An input that must be there, or the step releases nothing. */
  wants?: string;
  /** A file that may ask for a draft. */
  config?: readonly string[];
}

const ACTIONS: readonly ReleaseAction[] = [
  { names: ["softprops/action-gh-release"], token: "token", makes: ["release", "tag"], tag: "tag_name" },
  { names: ["ncipollo/release-action"], token: "token", makes: ["release", "tag"], tag: "tag" },
  { names: ["actions/create-release"], token: "env", makes: ["release", "tag"], tag: "tag_name" },
  {
    names: ["marvinpinto/action-automatic-releases"],
    token: "repo_token",
    makes: ["release", "tag"],
    tag: "automatic_release_tag",
  },
  {
    names: ["googleapis/release-please-action", "google-github-actions/release-please-action"],
    token: "token",
    makes: ["release", "tag"],
    config: ["release-please-config.json", ".release-please-config.json", ".github/release-please-config.json"],
  },
  { names: ["cycjimmy/semantic-release-action"], token: "env", makes: ["release", "tag"] },
  {
    names: ["goreleaser/goreleaser-action"],
    token: "env",
    makes: ["release"],
    config: [
      ".goreleaser.yml",
      ".goreleaser.yaml",
      "goreleaser.yml",
      "goreleaser.yaml",
      ".config/goreleaser.yml",
      ".config/goreleaser.yaml",
    ],
  },
  { names: ["changesets/action"], token: "env", makes: ["release", "tag"], wants: "publish" },
  { names: ["mathieudutour/github-tag-action"], token: "github_token", makes: ["tag"], tag: "custom_tag" },
  { names: ["anothrnick/github-tag-action"], token: "env", makes: ["tag"] },
];

function ofAction(step: Step, job: Job, files: RepositoryFiles): TokenEvent[] {
  const { uses } = step;
  if (uses?.kind !== "repository") return [];
  const by = uses.name;
  const input = (name: string): string | undefined => scalarOf(step.with.get(name)?.value)?.value;
  if (isAction(uses, "peaceiris/actions-gh-pages", "jamesives/github-pages-deploy-action"))
    return siteBranch(step, input).map((name) => ({
      kind: "branch",
      name,
      whole: true,
      perhaps: false,
      at: uses.node,
      by,
    }));
  const action = ACTIONS.find(({ names }) => isAction(uses, ...names));
  if (
    !action ||
    (action.wants && !input(action.wants)) ||
    !withJobToken(action, step, job, input) ||
    staysDraft(action, input, files) ||
    onlyUploads(step)
  )
    return [];
  const tag = action.tag === undefined ? UNKNOWN : beginningOf(input(action.tag) ?? "", "${{");
  return action.makes
    .filter(
      (kind) =>
        kind !== "tag" || action.tag === undefined || action.makes.length === 1 || input(action.tag) !== undefined,
    )
    .map((kind) => ({ kind, ...tag, perhaps: action.makes.length > 1 && action.tag !== undefined, at: uses.node, by }));
}

function withJobToken(
  { token }: ReleaseAction,
  step: Step,
  job: Job,
  input: (name: string) => string | undefined,
): boolean {
  const variable = variableOf(step, job, "GITHUB_TOKEN", "GH_TOKEN");
  if (token === "env") return isJobToken(variable ?? undefined);
  const given = input(token);
  return given === undefined
    ? !step.with.has(token) && (variable === undefined || isJobToken(variable ?? undefined))
    : isJobToken(given);
}

/** Somebody publishes a draft by hand, and that starts workflows. What only tries, or updates what is there, makes nothing. */
function staysDraft(
  { config = [] }: ReleaseAction,
  input: (name: string) => string | undefined,
  files: RepositoryFiles,
): boolean {
  if (
    ["draft", "dry_run", "dry-run", "skip-github-release", "skip_github_release", "skipIfReleaseExists"].some(
      (name) => (input(name) ?? "false") !== "false",
    )
  )
    return true;
  if (
    /--(?:snapshot|skip|draft|split)\b/.test(input("args") ?? "") ||
    (input("args") ?? "release").split(" ")[0] !== "release"
  )
    return true;
  if (config.length === 0) return false;
  const texts = [input("config-file"), ...config].flatMap((path) =>
    path === undefined ? [] : (files.read(path) ?? []),
  );
  return texts.some((text) => /"?(?:draft|disable|skip-github-release|skip_upload)"?\s*:\s*(?!false\b)/.test(text));
}

const TELLS = [
  "body",
  "body_path",
  "bodyFile",
  "name",
  "generate_release_notes",
  "generateReleaseNotes",
  "tag_name",
  "tag",
];

/** Files for a release that somebody may have made by hand, together with its tag; one with a text of its own is made here. */
const onlyUploads = ({ uses, with: inputs }: Step): boolean =>
  (isAction(uses, "softprops/action-gh-release")
    ? inputs.has("files")
    : isAction(uses, "ncipollo/release-action") && inputs.has("allowUpdates")) &&
  !TELLS.some((name) => inputs.has(name));

function siteBranch(step: Step, input: (name: string) => string | undefined): string[] {
  if (
    ["external_repository", "repository-name", "deploy_key", "ssh-key", "personal_token"].some((name) =>
      step.with.has(name),
    )
  )
    return [];
  const token = input("github_token") ?? input("token");
  if (token !== undefined && !isJobToken(token)) return [];
  const branch = input("publish_branch") ?? input("branch") ?? "gh-pages";
  return branch.includes("${{") ? [] : [branch];
}

function ofScript(script: Script, step: Step, job: Job): TokenEvent[] {
  const commands = commandsIn(script);
  return commands.flatMap((command): TokenEvent[] => {
    const { name, args, inFunction } = command;
    const at = spanOf(script, command.node);
    if (inFunction !== undefined) return [];
    if (name === "git" && args[0] === "push" && pushesBack(step, job))
      return pushed(args.slice(1), commands, script).map((each) => ({ ...each, perhaps: false, at, by: "git push" }));
    if (
      name === "gh" &&
      args[0] === "release" &&
      args[1] === "create" &&
      ghUsesJobToken(step, job) &&
      !args.some((arg) => /^(?:--draft|-d|-R|--repo)(?:=|$)/.test(arg))
    ) {
      const tag = args.slice(2).find((arg) => !arg.startsWith("-"));
      const made = tag === undefined ? UNKNOWN : valueOf(tag, commands, script);
      const kinds: TokenEvent["kind"][] = args.includes("--verify-tag") ? ["release"] : ["release", "tag"];
      return kinds.map((kind) => ({ kind, ...made, perhaps: true, at, by: "gh release create" }));
    }
    return [];
  });
}

type Made = Pick<TokenEvent, "kind" | "name" | "whole">;

/** What `git push <remote> <refs>` makes, where its words tell. */
function pushed(args: readonly string[], commands: readonly ShellCommand[], script: Script): Made[] {
  if (args.some((arg) => /^(?:--delete|-d|--dry-run|-n|--mirror|--prune)$/.test(arg))) return [];
  const made = commands.filter(
    ({ name, args: words }) =>
      name === "git" &&
      words[0] === "tag" &&
      words.length > 1 &&
      !words.some((word) => /^(?:-[dlv]|--(?:delete|list|contains|points-at|sort.*|merged|verify))$/.test(word)),
  );
  const tags = made.map(({ args: words }) => nameOfTag(words.slice(1)));
  if (args.some((arg) => arg === "--tags" || arg === "--follow-tags"))
    return tags
      .slice(0, 1)
      .map((tag): Made => ({ kind: "tag", ...(tag === undefined ? UNKNOWN : valueOf(tag, commands, script)) }));
  const [remote, ...refs] = args.filter((arg) => !arg.startsWith("-"));
  if (remote !== "origin") return [];
  return refs.flatMap((ref): Made[] => {
    const target = ref.replace(/^\+/, "").split(":").at(-1) ?? "";
    if (ref.startsWith(":") || target === "") return [];
    if (target.startsWith("refs/tags/"))
      return [{ kind: "tag", ...valueOf(target.slice("refs/tags/".length), commands, script) }];
    if (tags.some((tag) => tag !== undefined && bare(tag) === bare(target)))
      return [{ kind: "tag", ...valueOf(target, commands, script) }];
    const branch = target.replace(/^refs\/heads\//, "");
    return /^[\w./-]+$/.test(branch) && branch !== "HEAD" && !/_{5}/.test(branch)
      ? [{ kind: "branch", name: branch, whole: true }]
      : [];
  });
}

const bare = (word: string): string => word.replaceAll(/["'{}]/g, "");

/** The first operand of `git tag`; `-m` and its like take a value. */
function nameOfTag(words: readonly string[]): string | undefined {
  return words.find(
    (word, index) =>
      !word.startsWith("-") && !/^(?:-[a-z]*[mFu]|--(?:message|file|local-user|cleanup))$/.test(words[index - 1] ?? ""),
  );
}

/** A word's beginning, through the variable that it is made of. */
function valueOf(word: string, commands: readonly ShellCommand[], script: Script): { name: string; whole: boolean } {
  const variable = /^\$\{?(\w+)\}?$/.exec(bare(word))?.[1];
  if (variable === undefined) return beginningOf(word, "$");
  const values = commands.flatMap(({ assignments }) =>
    assignments.flatMap((assignment) =>
      assignment.name === variable && assignment.value
        ? [script.source.slice(assignment.value.pos, assignment.value.end)]
        : [],
    ),
  );
  const [value] = values;
  return values.length === 1 && value !== undefined ? beginningOf(value, "$") : UNKNOWN;
}

/** A `${{ }}` stands in a script as underscores. */
function beginningOf(text: string, variable: string): { name: string; whole: boolean } {
  const plain = text.replaceAll(/["']/g, "");
  const end = [plain.indexOf(variable), plain.indexOf("`"), plain.indexOf("_____")].filter((index) => index !== -1);
  return end.length === 0
    ? { name: plain, whole: plain !== "" }
    : { name: plain.slice(0, Math.min(...end)), whole: false };
}
