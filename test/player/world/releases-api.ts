/** Releases and their files (docs.github.com, "REST API endpoints for releases"). */
import { createHash } from "node:crypto";
import type { Json, JsonObject } from "../json.ts";
import { allows } from "../permissions.ts";
import { timestamp } from "../runs.ts";
import { type ApiAnswer, type ApiRequest, invalid, NOT_FOUND, type Route } from "./api-server.ts";
import type { Git } from "./git.ts";

export interface Asset {
  readonly id: number;
  readonly name: string;
  readonly bytes: Buffer;
  readonly contentType: string;
}

export interface Release {
  readonly id: number;
  tag: string;
  name: string;
  body: string;
  draft: boolean;
  prerelease: boolean;
  /** What the tag was made from, where the release made it. */
  target: string;
  readonly assets: Asset[];
  readonly createdAt: Date;
  publishedAt: Date | undefined;
}

export interface ReleasesState {
  readonly repository: string;
  readonly defaultBranch: string;
  readonly releases: Release[];
  readonly git: Git;
  now(): Date;
  /** The server's own address, where files are uploaded too. */
  url(): string;
  /** Which release was marked as the latest one, if any was. */
  readonly latest: { id: number | undefined };
  /** A new tag: an app's token starts workflows with it. */
  tagged(request: ApiRequest, tag: string, sha: string): Promise<void>;
}

const base = "/repos/:owner/:repo/releases";
const write = ["contents", "write"] as const;
const read = ["contents", "read"] as const;

export function releaseRoutes(state: ReleasesState): Route[] {
  const { releases } = state;
  const find = (id: string | undefined): Release | undefined => releases.find((release) => String(release.id) === id);
  const visible = (request: ApiRequest): Release[] => {
    const drafts = request.token !== undefined && allows(request.token.permissions, "contents", "write");
    return [...releases].reverse().filter((release) => drafts || !release.draft);
  };
  const findAsset = (id: string | undefined): { release: Release; asset: Asset } | undefined => {
    for (const release of releases) {
      const asset = release.assets.find((candidate) => String(candidate.id) === id);
      if (asset) return { release, asset };
    }
    return undefined;
  };
  const published = (): Release[] => [...releases].reverse().filter((release) => !release.draft);
  const latest = (): Release | undefined =>
    published().find((release) => release.id === state.latest.id) ?? published().find((release) => !release.prerelease);
  return [
    {
      method: "GET",
      path: base,
      permission: read,
      handle: (request) => ({ status: 200, items: visible(request).map((release) => releaseJson(state, release)) }),
    },
    { method: "POST", path: base, permission: write, handle: (request) => create(state, request) },
    { method: "GET", path: `${base}/latest`, permission: read, handle: () => answerOf(state, latest()) },
    {
      method: "GET",
      path: `${base}/tags/:tag*`,
      permission: read,
      handle: ({ path }) =>
        answerOf(
          state,
          published().find((release) => release.tag === path["tag"]),
        ),
    },
    {
      method: "POST",
      path: `${base}/generate-notes`,
      permission: write,
      handle: ({ body }) => ({
        status: 200,
        body: {
          name: body["tag_name"] ?? "",
          body: `**Full Changelog**: ${String(body["previous_tag_name"] ?? "")}...${String(body["tag_name"])}`,
        },
      }),
    },
    {
      method: "GET",
      path: `${base}/assets/:id`,
      permission: read,
      handle: ({ path }) => assetAnswer(state, findAsset(path["id"])),
    },
    {
      method: "DELETE",
      path: `${base}/assets/:id`,
      permission: write,
      handle({ path }) {
        const found = findAsset(path["id"]);
        if (!found) return NOT_FOUND;
        found.release.assets.splice(found.release.assets.indexOf(found.asset), 1);
        return { status: 204 };
      },
    },
    {
      method: "GET",
      path: `${base}/:id/assets`,
      permission: read,
      handle({ path }) {
        const release = find(path["id"]);
        return release
          ? { status: 200, items: release.assets.map((asset) => assetJson(state, release, asset)) }
          : NOT_FOUND;
      },
    },
    ...[`${base}/:id/assets`, `/uploads${base}/:id/assets`].map((path): Route => ({
      method: "POST",
      path,
      permission: write,
      handle: (request) => upload(state, find(request.path["id"]), request),
    })),
    { method: "GET", path: `${base}/:id`, permission: read, handle: ({ path }) => answerOf(state, find(path["id"])) },
    {
      method: "PATCH",
      path: `${base}/:id`,
      permission: write,
      handle: (request) => update(state, find(request.path["id"]), request),
    },
    {
      method: "DELETE",
      path: `${base}/:id`,
      permission: write,
      handle({ path }) {
        const release = find(path["id"]);
        if (!release) return NOT_FOUND;
        releases.splice(releases.indexOf(release), 1);
        return { status: 204 };
      },
    },
  ];
}

async function create(state: ReleasesState, request: ApiRequest): Promise<ApiAnswer> {
  const { body } = request;
  const tag = String(body["tag_name"] ?? "");
  if (tag === "") return invalid("tag_name is missing");
  const draft = body["draft"] === true;
  if (!draft && state.releases.some((release) => release.tag === tag && !release.draft))
    return invalid("tag_name already_exists");
  const id = state.releases.reduce((highest, release) => Math.max(highest, release.id), 0) + 1;
  const release: Release = {
    id,
    tag,
    name: "",
    body: "",
    draft,
    prerelease: false,
    target: String(body["target_commitish"] ?? state.defaultBranch),
    assets: [],
    createdAt: state.now(),
    publishedAt: undefined,
  };
  change(state, release, body);
  const problem = draft ? undefined : await publish(state, release, request);
  if (problem) return problem;
  state.releases.push(release);
  return { status: 201, body: releaseJson(state, release) };
}

async function update(state: ReleasesState, release: Release | undefined, request: ApiRequest): Promise<ApiAnswer> {
  if (!release) return NOT_FOUND;
  const { body } = request;
  const becomes = release.draft && body["draft"] === false;
  if (
    becomes &&
    state.releases.some((other) => other !== release && !other.draft && other.tag === (body["tag_name"] ?? release.tag))
  )
    return invalid("tag_name already_exists");
  change(state, release, body);
  const problem = becomes ? await publish(state, release, request) : undefined;
  if (problem) return problem;
  if (typeof body["draft"] === "boolean") release.draft = body["draft"];
  return { status: 200, body: releaseJson(state, release) };
}

function change(state: ReleasesState, release: Release, body: JsonObject): void {
  if (typeof body["tag_name"] === "string") release.tag = body["tag_name"];
  if (typeof body["name"] === "string") release.name = body["name"];
  if (typeof body["body"] === "string") release.body = body["body"];
  if (typeof body["prerelease"] === "boolean") release.prerelease = body["prerelease"];
  if (typeof body["target_commitish"] === "string") release.target = body["target_commitish"];
  if (body["make_latest"] === "true") state.latest.id = release.id;
}

/** A published release has a tag: it is made where there is none. */
async function publish(state: ReleasesState, release: Release, request: ApiRequest): Promise<ApiAnswer | undefined> {
  if (release.prerelease && request.body["make_latest"] === "true")
    return invalid("Latest release cannot be draft or prerelease.");
  release.publishedAt = state.now();
  if (await state.git.ref(`refs/tags/${release.tag}`)) return undefined;
  const sha = (await state.git.ref(release.target)) ?? (await state.git.ref(`refs/heads/${release.target}`));
  if (!sha) return invalid("target_commitish is invalid");
  await state.git.setRef(`refs/tags/${release.tag}`, sha);
  await state.tagged(request, release.tag, sha);
  return undefined;
}

function upload(
  state: ReleasesState,
  release: Release | undefined,
  { query, bytes, contentType }: ApiRequest,
): ApiAnswer {
  if (!release) return NOT_FOUND;
  // GitHub writes a dot for what it does not allow in a file's name.
  const name = (query.get("name") ?? "").replace(/[^\w.+-]+/g, ".");
  if (name === "") return invalid("name is missing");
  if (release.assets.some((asset) => asset.name === name)) return invalid("ReleaseAsset.name already_exists");
  const id =
    state.releases.flatMap((each) => each.assets).reduce((highest, asset) => Math.max(highest, asset.id), 0) + 1;
  const asset = { id, name, bytes, contentType };
  release.assets.push(asset);
  return { status: 201, body: assetJson(state, release, asset) };
}

const answerOf = (state: ReleasesState, release: Release | undefined): ApiAnswer =>
  release ? { status: 200, body: releaseJson(state, release) } : NOT_FOUND;

/** GitHub sends the file to who accepts application/octet-stream, which is what is asked of an asset in practice. */
const assetAnswer = (_state: ReleasesState, found: { asset: Asset } | undefined): ApiAnswer =>
  found ? { status: 200, bytes: found.asset.bytes } : NOT_FOUND;

function assetJson(state: ReleasesState, release: Release, asset: Asset): Json {
  return {
    id: asset.id,
    name: asset.name,
    label: "",
    state: "uploaded",
    size: asset.bytes.length,
    content_type: asset.contentType,
    digest: `sha256:${createHash("sha256").update(asset.bytes).digest("hex")}`,
    url: `${state.url()}/repos/${state.repository}/releases/assets/${asset.id}`,
    browser_download_url: `https://github.com/${state.repository}/releases/download/${release.tag}/${asset.name}`,
  };
}

function releaseJson(state: ReleasesState, release: Release): Json {
  return {
    id: release.id,
    tag_name: release.tag,
    target_commitish: release.target,
    name: release.name,
    body: release.body,
    draft: release.draft,
    prerelease: release.prerelease,
    created_at: timestamp(release.createdAt),
    published_at: release.publishedAt ? timestamp(release.publishedAt) : null,
    html_url: `https://github.com/${state.repository}/releases/${release.draft ? "tag/untagged" : `tag/${release.tag}`}`,
    upload_url: `${state.url()}/uploads/repos/${state.repository}/releases/${release.id}/assets{?name,label}`,
    assets: release.assets.map((asset) => assetJson(state, release, asset)),
  };
}
