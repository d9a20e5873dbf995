// Artifacts that earlier runs of this repository have kept.
import { warn } from "./log.mjs";
import { readZip } from "./zip.mjs";

const LARGEST_ARTIFACT = 50_000_000;
const UNPACKED = { mostBytes: 50_000_000, mostEntries: 100 };

/** Those of a name that are still kept, the oldest first; none where GitHub cannot be asked. */
export async function findArtifacts(github, repository, name) {
  try {
    const listed = await github.all(`/repos/${repository}/actions/artifacts?name=${encodeURIComponent(name)}`, {
      key: "artifacts",
    });
    // A fork's run could upload an artifact of that name.
    const isOwn = ({ workflow_run: run }) => run?.head_repository_id === run?.repository_id;
    return listed
      .filter((artifact) => !artifact.expired && isOwn(artifact))
      .sort((a, b) => (a.created_at < b.created_at ? -1 : 1));
  } catch (error) {
    warn(`The artifacts named ${name} cannot be listed, so none is read: ${error.message}`);
    return [];
  }
}

/** The newest of a run that has this name and is still kept; undefined where there is none. Throws where GitHub does not say. */
export async function artifactOfRun(github, repository, run, name) {
  const path = `/repos/${repository}/actions/runs/${run}/artifacts?name=${encodeURIComponent(name)}`;
  const listed = await github.all(path, { key: "artifacts" });
  return listed.filter(({ expired }) => !expired).reduce((a, b) => (a && a.id > b.id ? a : b), undefined);
}

/** The text of the first file of an artifact that is wanted. Throws where there is none. */
export async function readArtifact(github, repository, { id }, isWanted) {
  const archive = await github.download(`/repos/${repository}/actions/artifacts/${id}/zip`, LARGEST_ARTIFACT);
  const [file] = readZip(archive, isWanted, UNPACKED).sort((a, b) => (a.name < b.name ? -1 : 1));
  if (!file) throw new Error("the artifact does not hold the file");
  return file.bytes.toString("utf8");
}
