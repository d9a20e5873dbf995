// Whether a commit still is its branch's newest: what moves, such as latest, must not go back when an older run ends late or
// is run again.
import { isCommit } from "./digests.mjs";

/** The newest commit of a branch; undefined where it cannot be read. */
export async function tipOf(github, repository, branch) {
  try {
    const tip = (await github.get(`/repos/${repository}/branches/${encodeURIComponent(branch)}`))?.commit?.sha;
    return isCommit(tip) ? tip : undefined;
  } catch {
    return undefined;
  }
}
