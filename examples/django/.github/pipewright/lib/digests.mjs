// What names a commit or an image for good.

/** A full commit, as Git writes it. */
export const isCommit = (text) => /^[0-9a-f]{40}$/.test(text ?? "");

/** The digest of an image (OCI image specification, "Digests"). */
export const isDigest = (text) => /^sha256:[0-9a-f]{64}$/.test(text ?? "");
