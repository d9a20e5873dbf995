/** What the usual programs make of their input. */

/** Something that a program says and somebody outside has written. */
export interface ShellSource {
  what: string;
  trust: "anyone" | "contributor";
  /** On these events; nothing: on all. */
  events: readonly string[] | undefined;
}

const FILTERS = new Set([
  "cat",
  "sed",
  "awk",
  "gawk",
  "tr",
  "cut",
  "head",
  "tail",
  "sort",
  "uniq",
  "jq",
  "yq",
  "rev",
  "tac",
  "grep",
  "egrep",
  "tee",
  "paste",
  "fold",
  "fmt",
  "xargs",
  "basename",
  "dirname",
  "base64",
  "iconv",
  "envsubst",
  "python",
  "python3",
  "perl",
  "node",
]);

/** Programs whose output holds their input, or their arguments. */
export const passesInput = (name: string): boolean => FILTERS.has(name);

/** Filters that leave only letters that are chosen one by one. */
export function cleansInput(name: string, args: readonly string[]): boolean {
  if (name === "tr") return args.some((arg) => /^-[a-z]*c/i.test(arg) || arg === "--complement");
  if (name === "sed" || name === "perl")
    return args.some((arg) => /s(.)\[\^[^\]]*\][+*]?(?:\\\+)?\1[^]{0,2}\1g/.test(arg));
  if (name === "grep" || name === "egrep")
    return (
      args.some((arg) => /^-[a-zA-Z]*[cq]/.test(arg) || arg === "--quiet" || arg === "--count") ||
      (args.some((arg) => /^-[a-zA-Z]*o/.test(arg)) &&
        args.every((arg) => arg.startsWith("-") || !/(?:^|[^\\])\.|\[\^|\\S|\\K/.test(arg)))
    );
  if (name === "jq")
    return (
      args.some((arg) =>
        /^[^"']*(?:\blength\b|\.number\b|\|\s*@sh\b|\btonumber\b|\.sha\b|\.oid\b|\bheadRefOid\b)[^"',]*$/.test(arg),
      ) || args.some((arg) => /^-[a-z]*n/.test(arg) && args.length === 1)
    );
  if (name === "base64") return !args.some((arg) => arg === "-d" || arg === "--decode" || arg === "-D");
  return false;
}

const READERS = new Set(["cat", "head", "tail", "sort", "uniq", "tac", "rev"]);
const AFTER_PATTERN = new Set(["grep", "egrep", "sed", "awk", "gawk", "jq", "yq", "cut", "tr"]);

/** The files that a filter is given to read. */
export function filesRead(name: string, args: readonly string[]): string[] {
  const words = args.filter((arg) => !arg.startsWith("-"));
  if (READERS.has(name)) return words;
  if (!AFTER_PATTERN.has(name)) return [];
  return words
    .slice(args.some((arg) => arg === "-e" || arg === "-f") ? 0 : 1)
    .filter((word) => /[./]/.test(word) && !/[\s{}|()]/.test(word));
}

const LOG_FORMATS = /%(?:s|B|b|an|ae|cn|ce|f|aN|aE|D|d)\b/;

/** What a program repeats of the event, the pull request or the commits. */
export function outputSource(name: string, args: readonly string[]): ShellSource | undefined {
  const [first, second] = args.filter((arg) => !arg.startsWith("-"));
  const all = args.join(" ");
  if (name === "git") return gitSource(first, args, all);
  if (name !== "gh") return undefined;
  if (
    (first === "pr" || first === "issue") &&
    (second === "view" || second === "list") &&
    /(?:--json|--jq|-q)\b/.test(all)
  ) {
    const fields = /--json[ =](\S+)/.exec(all)?.[1]?.split(",") ?? [];
    const chosen = /(?:--jq|-q)[ =](.*)$/.exec(all)?.[1];
    const text =
      chosen === undefined
        ? fields.some((field) => /^(?:title|body|headRefName|comments|files)$/.test(field))
        : /\.(?:title|body|headRefName|path)\b/.test(chosen);
    if (text) return { what: `what \`gh ${first} ${second}\` says`, trust: "anyone", events: undefined };
  }
  if (first === "pr" && second === "diff" && args.includes("--name-only"))
    return { what: "the names of changed files", trust: "anyone", events: undefined };
  if (
    first === "api" &&
    /(?:--jq|-q)/.test(all) &&
    /\/(?:pulls|issues|comments)\b/.test(second ?? "") &&
    /\.(?:title|body|head\.ref|head\.label|filename)\b/.test(/(?:--jq|-q)[ =](.*)$/.exec(all)?.[1] ?? "")
  )
    return { what: "what `gh api` says", trust: "anyone", events: undefined };
  return undefined;
}

function gitSource(command: string | undefined, args: readonly string[], all: string): ShellSource | undefined {
  if ((command === "diff" || command === "diff-tree") && args.includes("--name-only"))
    return { what: "the names of changed files", trust: "anyone", events: ["pull_request", "pull_request_target"] };
  if ((command === "log" || command === "show") && /--(?:pretty|format)\b/.test(all) && LOG_FORMATS.test(all))
    return {
      what: "a commit's message or author",
      trust: "anyone",
      events: ["pull_request", "pull_request_target", "push", "workflow_run", "merge_group"],
    };
  if (command === "branch" && args.includes("--show-current"))
    return { what: "the branch's name", trust: "contributor", events: ["push", "workflow_dispatch", "create"] };
  if (command === "rev-parse" && args.includes("--abbrev-ref"))
    return { what: "the branch's name", trust: "contributor", events: ["push", "workflow_dispatch", "create"] };
  return undefined;
}
