// GitHub's REST API.
import { ask, httpError } from "./http.mjs";

/** A client for one server and token. Paths begin with `/`; errors carry the status and GitHub's own message. */
export function githubApi(url, token) {
  const headers = {
    accept: "application/vnd.github+json",
    "x-github-api-version": "2022-11-28",
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  };

  async function request(method, path, content) {
    const sent =
      content === undefined
        ? { headers }
        : { headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(content) };
    const answer = await ask(`${url}${path}`, { method, ...sent });
    let body;
    try {
      body = answer.text === "" ? undefined : JSON.parse(answer.text);
    } catch {
      throw httpError(
        `GitHub answered ${method} ${path} with status ${answer.status} and something that is not JSON.`,
        answer.status,
      );
    }
    if (answer.status < 300) return { body, headers: answer.headers };
    if (method === "DELETE" && answer.status === 404 && answer.attempt > 1)
      return { body: undefined, headers: answer.headers };
    const message = body?.message ?? "no message";
    throw Object.assign(
      httpError(`GitHub answered ${method} ${path} with ${answer.status}: ${message}`, answer.status),
      { reason: message },
    );
  }

  /** All items of a list, page by page, up to `most`; `key` names the list where the answer wraps it. */
  async function all(path, { key, most = Infinity } = {}) {
    const items = [];
    for (let page = 1; ; page += 1) {
      const answer = await request("GET", `${path}${path.includes("?") ? "&" : "?"}per_page=100&page=${page}`);
      const part = key ? answer.body?.[key] : answer.body;
      if (!Array.isArray(part)) throw httpError(`GitHub answered GET ${path} without a list.`, 0);
      items.push(...part);
      const link = answer.headers.get("link");
      const more = link === null ? part.length === 100 : link.includes('rel="next"');
      if (!more || part.length === 0 || items.length >= most) return items.slice(0, most);
    }
  }

  /** A download of at most so many bytes. GitHub sends it on to its storage, which fetch shows no token. */
  async function download(path, most) {
    const { status, bytes } = await ask(`${url}${path}`, { headers, most });
    if (status >= 300) throw httpError(`GitHub answered GET ${path} with ${status}.`, status);
    if (bytes === null) throw httpError(`GET ${path} gives more than ${most} bytes.`, 0);
    return bytes;
  }

  /** The same to a file, however large it is. */
  async function downloadTo(file, path) {
    const { status } = await ask(`${url}${path}`, { headers, file, seconds: 900 });
    if (status >= 300) throw httpError(`GitHub answered GET ${path} with ${status}.`, status);
  }

  return {
    get: async (path) => (await request("GET", path)).body,
    all,
    download,
    downloadTo,
    post: async (path, content) => (await request("POST", path, content)).body,
    patch: async (path, content) => (await request("PATCH", path, content)).body,
    remove: (path) => request("DELETE", path),
  };
}
