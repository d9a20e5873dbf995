/** What a key takes whose value is one expression and nothing else; everywhere else it is text. */
export type KeyType = "free" | "text" | "number" | "bool" | "object" | "array";

const FREE_ENDS = new Set(["if", "pre-if", "post-if", "runs-on", "container", "environment", "concurrency", "ports", "volumes", "default"]);
const NUMBERS = new Set(["timeout-minutes", "max-parallel"]);
const FLAGS = new Set(["continue-on-error", "fail-fast", "cancel-in-progress"]);

export function keyTypeAt(path: readonly string[]): KeyType {
  const key = path.at(-1) ?? "";
  if (path.length >= 4 && path[0] === "jobs" && path[2] === "strategy" && path[3] === "matrix") return path.length === 4 ? "object" : path.length === 5 && !path.includes("*") ? "array" : "free";
  if (isEnvBlock(path)) return "object";
  if (path[0] === "jobs" && path.length === 3 && (key === "strategy" || key === "services")) return "object";
  if (isFreeForm(path)) return "text";
  if (path[0] === "jobs" && path.length === 5 && path[2] === "services") return "free";
  if (FREE_ENDS.has(key)) return "free";
  if (NUMBERS.has(key)) return "number";
  if (FLAGS.has(key)) return "bool";
  return "text";
}

/** The whole of `env:`, at any level. */
function isEnvBlock(path: readonly string[]): boolean {
  if (path.at(-1) !== "env") return false;
  if (path.length === 1) return true;
  if (path[0] === "jobs") return path.length === 3 || path.at(-2) === "*" || (path.length === 4 && path[2] === "container") || (path.length === 5 && path[2] === "services");
  return path[0] === "runs" && (path.length === 2 || path.at(-2) === "*");
}

/** The author names these keys, so they may be called like one of GitHub's. */
const isFreeForm = (path: readonly string[]): boolean => path.slice(0, -1).some((key, index) => index > 0 && (key === "env" || key === "with" || key === "outputs" || key === "secrets" || key === "credentials")) || path[0] === "env";
