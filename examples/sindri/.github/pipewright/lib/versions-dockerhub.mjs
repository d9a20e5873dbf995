// Versions of a repository of Docker Hub, which lists tags and deletes tags: an image without a tag goes by itself. An
// image that an index refers to has no tag, is not listed, and is never touched.
import { ask, httpError } from "./http.mjs";

const ATTEMPTS_TO_LOG_IN = 3;

/** @param repository such as `acme/app` */
export function hubVersions(url, repository, { username, password }) {
  const [namespace, ...rest] = repository.split("/");
  const base = `/v2/namespaces/${encodeURIComponent(namespace)}/repositories/${encodeURIComponent(rest.join("/"))}/tags`;
  let token;

  /** A token for some minutes, from a personal access token or a password (Docker Hub API: "Create access token"). */
  async function logIn() {
    const body = JSON.stringify({ identifier: username, secret: password });
    for (let attempt = 1; ; attempt += 1) {
      const answer = await ask(`${url}/v2/auth/token`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
      if (answer.status === 200) return JSON.parse(answer.text).access_token;
      if (answer.status < 500 || attempt === ATTEMPTS_TO_LOG_IN)
        throw httpError(
          `Docker Hub refused the login with ${answer.status}. Deleting needs a personal access token with the right to delete.`,
          answer.status,
        );
    }
  }

  async function request(method, path) {
    for (let fresh = false; ; fresh = true) {
      token ??= await logIn();
      const answer = await ask(`${url}${path}`, { method, headers: { authorization: `Bearer ${token}` } });
      if (answer.status < 300) return answer.text === "" ? undefined : JSON.parse(answer.text);
      if (answer.status === 404 && method === "DELETE") return undefined;
      // It lasts for some minutes only, and a cleanup may take longer.
      if (answer.status === 401 && !fresh) token = undefined;
      else throw httpError(`Docker Hub answered ${method} ${path} with ${answer.status}.`, answer.status);
    }
  }

  const addressOf = (tag) => `${base}/${encodeURIComponent(tag)}`;
  const digestOf = (tag) =>
    request("GET", addressOf(tag)).then(
      ({ digest }) => digest,
      (error) => {
        if (error.status !== 404) throw error;
      },
    );

  async function listed() {
    const items = [];
    for (let page = 1; ; page += 1) {
      const { results, next } = await request("GET", `${base}?page_size=100&page=${page}`);
      if (!Array.isArray(results)) throw httpError("Docker Hub answered without a list of tags.", 0);
      items.push(...results);
      if (!next || results.length === 0) return items;
    }
  }

  return {
    async list() {
      const byDigest = new Map();
      const manifests = new Map();
      for (const { name, digest, last_updated: updated, tag_last_pushed: pushed, images } of await listed()) {
        // Very old tags have none: what has no digest is kept.
        const key = digest ?? `the tag ${name}`;
        const version = byDigest.get(key) ?? { digest: key, tags: [], time: -Infinity };
        const times = [updated, pushed].filter(Boolean).map((text) => Date.parse(text));
        byDigest.set(key, {
          ...version,
          tags: [...version.tags, name],
          time: times.length > 0 ? Math.max(version.time, ...times) : NaN,
        });
        const blobs = (images ?? []).map((image) => ({ digest: image.digest ?? key, size: image.size }));
        manifests.set(key, { isIndex: blobs.length > 1, children: [], attestations: [], blobs });
      }
      return { versions: [...byDigest.values()], manifests };
    },
    async tagsNow({ digest }) {
      return (await listed()).filter((item) => item.digest === digest).map(({ name }) => name);
    },
    /** A tag that has moved meanwhile is another image's. */
    async remove({ digest, tags }) {
      for (const tag of tags) if ((await digestOf(tag)) === digest) await request("DELETE", addressOf(tag));
      return undefined;
    },
    async removeTag({ digest }, tag) {
      if ((await digestOf(tag)) === digest) await request("DELETE", addressOf(tag));
      return undefined;
    },
  };
}
