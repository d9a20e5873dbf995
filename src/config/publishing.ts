/** Builders of what is published: each names its kind, and everything that it may be told. */
import type { PublishTargetInput } from "./schema.ts";

type Target<Kind extends PublishTargetInput["kind"]> = Extract<PublishTargetInput, { kind: Kind }>;
type Settings<Kind extends PublishTargetInput["kind"]> = Omit<Target<Kind>, "kind">;

/** The tested digests of images, copied to another registry under tags of their own. */
export const publishImages = (settings: Settings<"images">): Target<"images"> => ({ kind: "images", ...settings });

/** The very tarball that was built and tested, published to npm: without a token the registry trusts this workflow. */
export const npmPackage = (settings: Settings<"npm">): Target<"npm"> => ({ kind: "npm", ...settings });

/** The very artifacts that were built and tested, signed and published to Maven Central. */
export const mavenPackage = (settings: Settings<"maven">): Target<"maven"> => ({ kind: "maven", ...settings });

/** A release on GitHub with its files, their checksums and notes. */
export const githubRelease = (settings: Settings<"githubRelease"> = {}): Target<"githubRelease"> => ({ kind: "githubRelease", ...settings });

/** A deployment by commands of the config: to staging, to production, a part first. */
export const deploy = (settings: Settings<"deploy">): Target<"deploy"> => ({ kind: "deploy", ...settings });
