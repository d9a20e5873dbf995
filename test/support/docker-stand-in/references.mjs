// Image names as Docker reads them.

/** `host/name:tag@digest` in its parts; without a host it is Docker Hub's, without a tag or digest `latest`. */
export function parseReference(text) {
  const [beforeDigest, digest] = text.split("@");
  const first = beforeDigest.split("/")[0];
  const hasHost = beforeDigest.includes("/") && (/[.:]/.test(first) || first === "localhost");
  const host = hasHost ? first : "docker.io";
  const path = hasHost ? beforeDigest.slice(first.length + 1) : beforeDigest;
  const colon = path.lastIndexOf(":");
  const name = colon > path.lastIndexOf("/") ? path.slice(0, colon) : path;
  const tag = colon > path.lastIndexOf("/") ? path.slice(colon + 1) : digest ? undefined : "latest";
  const repository = host === "docker.io" && !name.includes("/") ? `library/${name}` : name;
  // Docker shows what is Docker Hub's without its host, and its own images without "library/".
  const familiar = host === "docker.io" ? name.replace(/^library\//, "") : `${host}/${name}`;
  return { host, repository, tag, digest, familiar, reference: digest ?? tag };
}

/** The host that really stands behind a name. */
export function addressOf(host) {
  const hosts = JSON.parse(process.env.DOCKER_STAND_IN_HOSTS || "{}");
  return hosts[host] ?? host;
}

/** Loopback addresses speak plain HTTP, as Docker has it. */
export const isPlain = (address) => /^(127\.|localhost(:|$)|\[::1\])/.test(address);
