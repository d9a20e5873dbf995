/** What `shell:` says. */

/** How a shell in bash's family is started. */
export interface ShellStart {
  shell: "bash" | "sh";
  /** `-e` */
  errexit: boolean;
  /** `-o pipefail` */
  pipefail: boolean;
  /** `-x` */
  xtrace: boolean;
  /** `-u` */
  nounset: boolean;
}

/** GitHub's "Workflow syntax", `jobs.<job_id>.steps[*].shell`: what runs where nothing is written, outside of containers. */
export const UNSTATED_BASH: ShellStart = {
  shell: "bash",
  errexit: true,
  pipefail: false,
  xtrace: false,
  nounset: false,
};
const BASH: ShellStart = { ...UNSTATED_BASH, pipefail: true };
/** `sh -e {0}`, written or in a job's container. */
export const SH: ShellStart = { ...UNSTATED_BASH, shell: "sh" };

/** A template such as `bash -leo pipefail {0}`; nothing for shells of other languages. */
export function readShell(written: string): ShellStart | undefined {
  const text = written.trim();
  if (text === "bash") return BASH;
  if (text === "sh") return SH;
  // What is sourced may return, and what `script` runs has a terminal: other rules hold there.
  if (/(?:\bsource|(?:^|\s|["'])\.)\s+["']?\{0\}/.test(text) || /^script\s/.test(text)) return undefined;
  const words = text.split(/\s+/);
  const at = words.findIndex((word) => /(?:^|\/)(?:ba)?sh$/.test(word));
  // `msys2 {0}` and its like are wrappers around bash -e; the action's page says so.
  if (at === -1)
    return /^(?:msys2|alpine\.sh|wsl-bash)(?:\s|$)/.test(text) ? { ...UNSTATED_BASH, pipefail: true } : undefined;
  const start: ShellStart = {
    shell: /bash$/.test(words[at] ?? "") ? "bash" : "sh",
    errexit: false,
    pipefail: false,
    xtrace: false,
    nounset: false,
  };
  for (let index = at + 1; index < words.length; index++) {
    const word = words[index] ?? "";
    if (!/^-[A-Za-z]+$/.test(word)) continue;
    if (word.includes("e")) start.errexit = true;
    if (word.includes("x")) start.xtrace = true;
    if (word.includes("u")) start.nounset = true;
    if (word.endsWith("o") && words[index + 1] === "pipefail") start.pipefail = true;
    if (word.endsWith("o") && words[index + 1] === "errexit") start.errexit = true;
  }
  return start;
}
