/** "Releases" and "Release assets" of GitHub's REST API; files are uploaded to the same server, under /uploads. */
import { createHash } from "node:crypto";
import { type Answer, type Request, type Route, notFound, ok, page, path, textOf } from "./route.ts";
import type { Release } from "./state.ts";

const LATEST_DRAFT: Answer = {
  status: 422,
  body: { message: "Validation Failed: Latest release cannot be draft or prerelease" },
};
const TAKEN: Answer = {
  status: 422,
  body: { message: "Validation Failed", errors: [{ resource: "Release", code: "already_exists", field: "tag_name" }] },
};

const flag = (body: unknown, name: string): unknown =>
  typeof body === "object" && body !== null ? Reflect.get(body, name) : undefined;

function listed(release: Release, { url, state }: Request): unknown {
  const address = `https://github.com/${state.repository}/releases/${release.draft ? `tag/untagged-${release.id}` : `tag/${release.tag_name}`}`;
  return {
    ...release,
    html_url: address,
    upload_url: `${url.origin}/uploads/repos/${state.repository}/releases/${release.id}/assets{?name,label}`,
  };
}

const releaseOf = ({ state, parameters: { repository, id } }: Request): Release | undefined =>
  repository === state.repository ? state.releases.find((release) => release.id === Number(id)) : undefined;

export const releaseRoutes: readonly Route[] = [
  {
    method: "GET",
    path: path("/repos/{repository}/releases"),
    handle: (request) =>
      request.parameters["repository"] === request.state.repository
        ? page(
            request.url,
            request.state.releases.map((release) => listed(release, request)),
          )
        : notFound(),
  },
  {
    method: "POST",
    path: path("/repos/{repository}/releases"),
    handle(request) {
      const { state, body } = request;
      const release: Release = {
        id: 100 + state.releases.length,
        tag_name: textOf(body, "tag_name"),
        name: textOf(body, "name"),
        body: textOf(body, "body"),
        draft: flag(body, "draft") === true,
        prerelease: flag(body, "prerelease") === true,
        make_latest: "",
        assets: [],
      };
      // Of one tag there is one published release, and any number of drafts.
      if (!release.draft && state.releases.some((one) => !one.draft && one.tag_name === release.tag_name)) return TAKEN;
      state.releases.unshift(release);
      return { status: 201, body: listed(release, request) };
    },
  },
  {
    method: "PATCH",
    path: path("/repos/{repository}/releases/{id}"),
    handle(request) {
      const release = releaseOf(request);
      if (!release) return notFound();
      if (flag(request.body, "make_latest") === "true" && flag(request.body, "prerelease") === true)
        return LATEST_DRAFT;
      Object.assign(release, request.body);
      return ok(listed(release, request));
    },
  },
  {
    method: "GET",
    path: path("/repos/{repository}/releases/{id}/assets"),
    handle(request) {
      const release = releaseOf(request);
      return release ? page(request.url, release.assets) : notFound();
    },
  },
  {
    method: "POST",
    path: path("/uploads/repos/{repository}/releases/{id}/assets"),
    handle(request) {
      const release = releaseOf(request);
      if (!release) return notFound();
      // GitHub's docs, "Upload a release asset": special characters are renamed.
      const name = (request.url.searchParams.get("name") ?? "")
        .replace(/[^A-Za-z0-9._+-]+/g, ".")
        .replace(/^\.+|\.+$/g, "");
      if (release.assets.some((asset) => asset.name === name))
        return {
          status: 422,
          body: {
            message: "Validation Failed",
            errors: [{ resource: "ReleaseAsset", code: "already_exists", field: "name" }],
          },
        };
      const asset = {
        id: Math.floor(Math.random() * 1e9),
        name,
        state: "uploaded" as const,
        size: request.bytes.length,
        digest: `sha256:${createHash("sha256").update(request.bytes).digest("hex")}`,
      };
      release.assets.push(asset);
      return { status: 201, body: asset };
    },
  },
  {
    method: "DELETE",
    path: path("/repos/{repository}/releases/assets/{id}"),
    handle({ state, parameters: { id } }) {
      const holder = state.releases.find((release) => release.assets.some((asset) => asset.id === Number(id)));
      if (!holder) return notFound();
      holder.assets = holder.assets.filter((asset) => asset.id !== Number(id));
      return { status: 204 };
    },
  },
];
