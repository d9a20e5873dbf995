// Commits as Conventional Commits 1.0.0 describes them. Pure.

const HEADER = /^([A-Za-z][A-Za-z-]{0,29})(?:\(([^()]{1,100})\))?(!)?:[ \t]+(\S.*)$/;
const FOOTER = /^(?:[A-Za-z][A-Za-z-]*|BREAKING CHANGE)(?:: | #)/;
const BREAKING = /^BREAKING[ -]CHANGE:[ \t]+(.*)$/;

/** Each kind of change under its heading, in the order in which they are shown; users of the product care for `notes`. */
export const GROUPS = [
  { types: ["feat", "feature"], title: "Features", notes: true },
  { types: ["fix", "bugfix", "hotfix"], title: "Fixes", notes: true },
  { types: ["security", "sec"], title: "Security", notes: true },
  { types: ["perf"], title: "Performance", notes: true },
  { types: ["revert"], title: "Reverts", notes: true },
  { types: ["docs", "doc"], title: "Documentation", notes: false },
  { types: ["refactor"], title: "Refactoring", notes: false },
  { types: ["test", "tests"], title: "Tests", notes: false },
  { types: ["build", "deps"], title: "Build and dependencies", notes: false },
  { types: ["ci"], title: "Continuous integration", notes: false },
  { types: ["style"], title: "Style", notes: false },
  { types: ["chore"], title: "Chores", notes: false },
];
const OTHER = "Other";

/** `{ group, scope, subject, breaking, issues, reverts, coAuthors }` of a commit's whole message. */
export function readCommit(message) {
  const lines = message.split(/\r?\n/);
  const first = (lines[0] ?? "").trim();
  const body = lines.slice(1);
  const text = body.join("\n");
  const git = /^Revert "(.*)"$/.exec(first);
  const header = HEADER.exec(first);
  const type = git ? "revert" : header?.[1].toLowerCase();
  const known = GROUPS.find(({ types }) => types.includes(type));
  const subject = git ? git[1] : known ? header[4] : first;
  const told = breakingIn(lines);
  return {
    group: known?.title ?? OTHER,
    scope: !git && known ? header[2] : undefined,
    subject,
    breaking: told.length > 0 ? told : header?.[3] && known ? [subject] : [],
    issues: [...text.matchAll(/\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?|refs?|see)[: ]{1,3}#(\d{1,9})(?!\w)/gi)].map(
      ([, number]) => Number(number),
    ),
    reverts:
      type === "revert"
        ? [...text.matchAll(/\b(?:this reverts commit|refs?:)\s+([0-9a-f, ]{7,1000})/gi)].flatMap(
            ([, list]) => list.toLowerCase().match(/\b[0-9a-f]{7,40}\b/g) ?? [],
          )
        : [],
    coAuthors: [...text.matchAll(/^co-authored-by:[ \t]*([^<\n]{1,100})</gim)].map(([, name]) => name.trim()),
  };
}

/** What footers say that breaks; a footer goes on until the next one, or an empty line. */
function breakingIn(lines) {
  const found = [];
  for (let at = 0; at < lines.length; at += 1) {
    const start = BREAKING.exec(lines[at]);
    if (!start) continue;
    const parts = [start[1]];
    while (at + 1 < lines.length && lines[at + 1].trim() !== "" && !FOOTER.test(lines[at + 1]))
      parts.push(lines[(at += 1)].trim());
    found.push(parts.join(" ").trim());
  }
  return found.filter(Boolean);
}

/** Commits without those that were taken back among themselves, and without what took them back. Newest first. */
export function withoutReverted(commits) {
  const dropped = new Set();
  for (const [index, commit] of commits.entries()) {
    // What a dropped commit took back is there again.
    if (dropped.has(commit) || commit.reverts.length === 0) continue;
    const undone = commit.reverts.map((sha) => commits.slice(index + 1).find((other) => other.sha.startsWith(sha)));
    if (!undone.every(Boolean)) continue;
    for (const other of [...undone, commit]) dropped.add(other);
  }
  return commits.filter((commit) => !dropped.has(commit));
}

/** The groups that have commits, in order, `Other` last. */
export function grouped(commits) {
  const titles = [...GROUPS.map(({ title }) => title), OTHER];
  return titles
    .map((title) => ({
      title,
      notes: GROUPS.find((group) => group.title === title)?.notes ?? true,
      commits: commits.filter(({ group }) => group === title),
    }))
    .filter((group) => group.commits.length > 0);
}
