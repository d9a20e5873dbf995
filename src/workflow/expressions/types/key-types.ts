/** What a key takes whose value is one expression and nothing else; everywhere else it is text. */
export type KeyType = "free" | "text" | "label" | "number" | "bool" | "object" | "array";

const FREE_ENDS = new Set(["if", "pre-if", "post-if", "container", "environment", "concurrency"]);
const NUMBERS = new Set(["timeout-minutes", "max-parallel"]);
const FLAGS = new Set(["continue-on-error", "fail-fast", "cancel-in-progress"]);

export function keyTypeAt(path: readonly string[]): KeyType {
  const key = path.at(-1) ?? "";
  if (path.length >= 4 && path[0] === "jobs" && path[2] === "strategy" && path[3] === "matrix")
    return matrixKeyType(path);
  if (isEnvBlock(path)) return "object";
  if (path[0] === "jobs" && path.length === 3 && (key === "strategy" || key === "services" || key === "secrets"))
    return "object";
  if (
    key === "credentials" &&
    path[0] === "jobs" &&
    ((path.length === 4 && path[2] === "container") || (path.length === 5 && path[2] === "services"))
  )
    return "object";
  if (key === "runs-on" && path[0] === "jobs" && path.length === 3) return "label";
  if (isCollection(path)) return key === "with" || key === "run" ? "object" : "array";
  if (isFreeForm(path)) return "text";
  if (path[0] === "jobs" && path.length === 5 && path[2] === "services") return "free";
  if (FREE_ENDS.has(key)) return "free";
  if (NUMBERS.has(key)) return "number";
  if (FLAGS.has(key)) return "bool";
  return "text";
}

/** The whole of a step's or call's `with`, of `defaults.run`, of a container's ports and volumes. */
function isCollection(path: readonly string[]): boolean {
  const key = path.at(-1);
  if (key === "with")
    return path[0] === "jobs" ? path.length === 3 || path.at(-2) === "*" : path[0] === "runs" && path.at(-2) === "*";
  if (key === "run") return path.at(-2) === "defaults" && path[0] === "jobs" && path.length === 4;
  return (
    (key === "ports" || key === "volumes") &&
    path[0] === "jobs" &&
    ((path.length === 4 && path[2] === "container") || (path.length === 5 && path[2] === "services"))
  );
}

/** A dimension is a list, its values are free; entries of `include` and `exclude` are objects. */
function matrixKeyType(path: readonly string[]): KeyType {
  if (path.length === 4) return "object";
  if (path.length === 5) return "array";
  return path.length === 6 && path[5] === "*" && (path[4] === "include" || path[4] === "exclude") ? "object" : "free";
}

/** The whole of `env:`, at any level. */
function isEnvBlock(path: readonly string[]): boolean {
  if (path.at(-1) !== "env") return false;
  if (path.length === 1) return true;
  if (path[0] === "jobs")
    return (
      path.length === 3 ||
      path.at(-2) === "*" ||
      (path.length === 4 && path[2] === "container") ||
      (path.length === 5 && path[2] === "services")
    );
  return path[0] === "runs" && (path.length === 2 || path.at(-2) === "*");
}

/** The author names these keys, so they may be called like one of GitHub's. */
const isFreeForm = (path: readonly string[]): boolean =>
  path
    .slice(0, -1)
    .some(
      (key, index) =>
        index > 0 &&
        (key === "env" || key === "with" || key === "outputs" || key === "secrets" || key === "credentials"),
    ) || path[0] === "env";
