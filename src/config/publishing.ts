/** Builders of what is published: each names its kind, and everything that it may be told. */
import type { PublishTargetInput } from "./schema.ts";

type Target<Kind extends PublishTargetInput["kind"]> = Extract<PublishTargetInput, { kind: Kind }>;
/** A target that knows what it refers to, so that a name that is not declared is found where it is written. */
type Naming<Kind extends PublishTargetInput["kind"], References> = Omit<Target<Kind>, keyof References> & References;
type Settings<Named extends { kind: string }> = Omit<Named, "kind">;
type Others<After extends string> = { after?: readonly After[] | undefined };
type Images<Kind extends "images" | "deploy", Build extends string, After extends string> = Naming<
  Kind,
  { images: Build | readonly Build[] } & Others<After>
>;
type Package<Kind extends "npm" | "maven", Build extends string, After extends string> = Naming<
  Kind,
  { from: Build } & Others<After>
>;
type Release<Build extends string, After extends string> = Naming<
  "githubRelease",
  { files?: readonly Build[] | undefined; sboms?: readonly Build[] | undefined } & Others<After>
>;

/** The tested digests of images, copied to another registry under tags of their own. */
export function publishImages<const Build extends string, const After extends string = never>(
  settings: Settings<Images<"images", Build, After>>,
): Images<"images", Build, After> {
  return { kind: "images", ...settings };
}

/** The very tarball that was built and tested, published to npm: without a token the registry trusts this workflow. */
export function npmPackage<const Build extends string, const After extends string = never>(
  settings: Settings<Package<"npm", Build, After>>,
): Package<"npm", Build, After> {
  return { kind: "npm", ...settings };
}

/** The very artifacts that were built and tested, signed and published to Maven Central. */
export function mavenPackage<const Build extends string, const After extends string = never>(
  settings: Settings<Package<"maven", Build, After>>,
): Package<"maven", Build, After> {
  return { kind: "maven", ...settings };
}

/** A release on GitHub with its files, their checksums and notes. */
export function githubRelease<const Build extends string = never, const After extends string = never>(
  settings: Settings<Release<Build, After>> = {},
): Release<Build, After> {
  return { kind: "githubRelease", ...settings };
}

/** A deployment by commands of the config: to staging, to production, a part first. */
export function deploy<const Build extends string, const After extends string = never>(
  settings: Settings<Images<"deploy", Build, After>>,
): Images<"deploy", Build, After> {
  return { kind: "deploy", ...settings };
}
