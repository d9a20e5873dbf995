/** "Packages" of GitHub's REST API: the versions of container packages of users and organizations. */
import { type Answer, type Request, type Route, notFound, ok, page, path } from "./route.ts";
import type { Package, PackageVersion } from "./state.ts";

const LAST_TAGGED = "You cannot delete the last tagged version of a package. You must delete the package instead.";
const DOWNLOADED =
  "Publicly visible package versions with more than 5000 downloads cannot be deleted. Contact GitHub support for further assistance.";

const BASE = "/(?<kind>users|orgs)/{owner}/packages/container/{name}/versions";
const missing = (): Answer => notFound("Package not found.");

/** The package, when the path is the one for its owner's kind. */
function packageOf({ state, parameters: { kind, owner = "", name } }: Request): Package | undefined {
  // GitHub does not tell upper from lower case in logins, and images' names are lower case.
  const isOwner = (login: string): boolean => login.toLowerCase() === owner.toLowerCase();
  const type = Object.entries(state.users).find(([login]) => isOwner(login))?.[1] ?? "User";
  if ((kind === "orgs") !== (type === "Organization")) return undefined;
  return state.packages.find((item) => isOwner(item.owner) && item.name === name);
}

const versionOf = (item: Package, { parameters: { id } }: Request): PackageVersion | undefined =>
  item.versions.find((version) => version.id === Number(id));

const isTagged = (version: PackageVersion): boolean => version.metadata.container.tags.length > 0;

export const packageRoutes: readonly Route[] = [
  {
    method: "GET",
    path: path(BASE),
    handle(request) {
      const item = packageOf(request);
      return item ? page(request.url, item.versions) : missing();
    },
  },
  {
    method: "GET",
    path: path(`${BASE}/{id}`),
    handle(request) {
      const item = packageOf(request);
      const version = item && versionOf(item, request);
      return version ? ok(version) : missing();
    },
  },
  {
    method: "DELETE",
    path: path(`${BASE}/{id}`),
    handle(request) {
      const item = packageOf(request);
      const version = item && versionOf(item, request);
      // Without the role GitHub does not tell a missing package from one that may not be touched.
      if (!item || !version || item.admin === false) return missing();
      if (isTagged(version) && item.versions.filter(isTagged).length === 1)
        return { status: 400, body: { message: LAST_TAGGED } };
      if ((item.downloads?.[version.name] ?? 0) > 5000) return { status: 400, body: { message: DOWNLOADED } };
      item.versions = item.versions.filter((other) => other !== version);
      item.onDelete?.(version);
      return { status: 204 };
    },
  },
];

/** A version of a container package as GitHub lists it. */
export function packageVersion(
  id: number,
  digest: string,
  tags: readonly string[],
  createdAt: Date,
  updatedAt: Date = createdAt,
): PackageVersion {
  return {
    id,
    name: digest,
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
    metadata: { package_type: "container", container: { tags: [...tags] } },
  };
}
