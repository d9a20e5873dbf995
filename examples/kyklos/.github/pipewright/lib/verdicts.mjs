// What commit statuses and checks say of a commit: what a branch rule reads, and what a promotion or release waits for.

/**
 * The newest verdict of each name on a commit. A commit status counts before a check of the same name.
 *
 * @param github a client of GitHub's API
 * @returns for each name `{ state, at }`; the state of a check that has not ended is `pending`. Throws where GitHub does not
 *   answer.
 */
export async function verdictsOn(github, repository, sha) {
  const statuses = await github.all(`/repos/${repository}/commits/${sha}/statuses`);
  const checks = await github.all(`/repos/${repository}/commits/${sha}/check-runs?filter=latest`, {
    key: "check_runs",
  });
  const found = new Map();
  const note = (name, verdict) => {
    const other = found.get(name);
    if (!other || isNewer(verdict, other)) found.set(name, verdict);
  };
  // GitHub lists the newest first, which decides between two of one second.
  for (const { context, state, created_at: at } of statuses) note(context, { state, at: at ?? "", order: 1 });
  for (const { name, status, conclusion, completed_at: end, started_at: start } of checks)
    note(name, { state: status === "completed" ? conclusion : "pending", at: end ?? start ?? "", order: 0 });
  return found;
}

const isNewer = (verdict, other) =>
  verdict.order !== other.order ? verdict.order > other.order : verdict.at > other.at;

/**
 * The state under a name; empty where there is none.
 *
 * @param since results from before (RFC 3339) are about something else; those that are pending always count
 */
export function stateOf(verdicts, name, since = "") {
  const verdict = verdicts.get(name);
  if (verdict === undefined) return "";
  return since === "" || verdict.state === "pending" || verdict.at >= since ? verdict.state : "";
}

/**
 * When the last image was built of those that the jobs before have handed on; empty where there is none.
 *
 * @param needs GitHub's own `needs`, as JSON
 */
export function lastBuilt(needs) {
  const outputs = Object.values(JSON.parse(needs)).flatMap((job) => Object.entries(job.outputs ?? {}));
  const images = outputs
    .filter(([name]) => name === "images" || name.endsWith("-images"))
    .flatMap(([, text]) => Object.values(JSON.parse(text || "{}")));
  return (
    images
      .map(({ created }) => created ?? "")
      .sort()
      .at(-1) ?? ""
  );
}
