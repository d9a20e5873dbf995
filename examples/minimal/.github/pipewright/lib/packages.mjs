// The packages that a pipeline pushes, as GitHub and the registry name them.

/** An image's package: `ghcr.io/acme/shop/app` is `shop/app` of `acme`. */
export function packageOf(image) {
  const [host, owner, ...name] = image.split("/");
  return { host, owner, name: name.join("/"), repository: [owner, ...name].join("/") };
}

/** The packages of the plan's images, each with the key of its build. */
export const packagesOf = ({ builds }) =>
  Object.entries(builds).flatMap(([build, { kind, image }]) =>
    kind === "image" ? [{ build, ...packageOf(image) }] : [],
  );
