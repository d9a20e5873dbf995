// The versions of a package, whatever holds them: `{ digest, tags, time }` and the manifests behind them.
import { environment } from "./environment.mjs";
import { githubApi } from "./github.mjs";
import { registryApi } from "./oci.mjs";
import { hubVersions } from "./versions-dockerhub.mjs";
import { ecrVersions } from "./versions-ecr.mjs";
import { registryVersions } from "./versions-oci.mjs";
import { packageVersions } from "./versions-packages.mjs";

/**
 * Opens a package as the plan describes it; `mode` says what lists and deletes it. What it gives:
 *
 * list()               `{ versions, manifests }`: every version, and digest -> manifest, null where one could not be read
 * tagsNow(version)     the tags that it has by now
 * remove(version)      deletes it with all its tags. Returns why it must stay, or nothing when it is gone
 * removeTag(version, tag)  takes one tag away and leaves the version. Returns what is still there of it, or nothing
 *
 * Their errors say with `refuses` that the registry deletes nothing at all.
 */
export function openPackage({ owner, name, host, repository }, { mode, ownerKind }) {
  const {
    GITHUB_API_URL,
    GH_TOKEN,
    REGISTRY_API_URL: url,
    REGISTRY_USERNAME: username = environment.GITHUB_ACTOR,
    // GitHub's own registry takes the job's token.
    REGISTRY_PASSWORD: password = GH_TOKEN,
  } = environment;
  if (mode === "dockerhub") return hubVersions(url ?? "https://hub.docker.com", repository, { username, password });
  if (mode === "ecr") return ecrVersions(host, repository);
  const registry = registryApi(url ?? `https://${host}`, repository, { username, password });
  return mode === "oci"
    ? registryVersions(registry)
    : packageVersions(githubApi(GITHUB_API_URL, GH_TOKEN), registry, owner, name, ownerKind);
}
