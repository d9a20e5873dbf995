// A Maven repository in a folder: which components it holds, and whether Maven Central would take them.
import { readXml } from "./xml.mjs";

const DERIVED = /\.(asc|md5|sha1|sha256|sha512)$/;
/** Written by tools that publish, for mutable repositories; Central makes its own. */
const METADATA = /(^|\/)maven-metadata[^/]*\.xml[^/]*$/;
/** Central's "Requirements" page: what a POM must hold. A parent may hold it instead. */
const REQUIRED = ["name", "description", "url", "licenses", "developers", "scm"];

/**
 * The components of a list of paths, as `{ group, artifact, version, folder, files, derived }`: `files` are what somebody
 * made, `derived` their signatures and checksums. Throws at a path that is not of the repository layout.
 */
export function readComponents(paths) {
  const components = new Map();
  for (const path of paths.filter((one) => !METADATA.test(one))) {
    const parts = path.split("/");
    const [artifact = "", version = "", name = ""] = parts.slice(-3);
    const group = parts.slice(0, -3).join(".");
    if (
      !/^[A-Za-z0-9._/+-]+$/.test(path) ||
      group === "" ||
      !/^[.-]/.test(name.slice(`${artifact}-${version}`.length)) ||
      !name.startsWith(`${artifact}-${version}`)
    ) {
      throw new Error(`${path} is not at a place of a Maven repository, such as org/example/app/1.0.0/app-1.0.0.jar.`);
    }
    const folder = parts.slice(0, -1).join("/");
    const component = components.get(folder) ?? { group, artifact, version, folder, files: [], derived: [] };
    components.set(folder, component);
    component[DERIVED.test(name) ? "derived" : "files"].push(path);
  }
  if (components.size === 0) throw new Error("The folder holds nothing to publish.");
  return [...components.values()];
}

export const coordinates = ({ group, artifact, version }) => `${group}:${artifact}:${version}`;

/** The elements right below a POM's <project>, each with its text. Throws where it is no POM. */
export function readPom(text) {
  const elements = new Map();
  const open = [];
  for (const event of readXml(text)) {
    if (event.open !== undefined) {
      open.push(event.open);
      if (open.length === 1 && event.open !== "project")
        throw new Error(`it begins with <${event.open}>, not with <project>`);
      if (open.length === 2) elements.set(event.open, "");
    } else if (event.close !== undefined) open.pop();
    else if (open.length === 2) elements.set(open[1], event.text.trim());
  }
  if (elements.size === 0) throw new Error("it is empty");
  return elements;
}

/** What Central would refuse, as sentences; none when the component is complete. `read` gives a file's text. */
export function complaintsAbout(component, read) {
  const { group, artifact, version, folder, files } = component;
  const base = `${folder}/${artifact}-${version}`;
  const complaints = [];
  if (version.endsWith("-SNAPSHOT")) complaints.push("a snapshot is not for Maven Central");
  if (!files.includes(`${base}.pom`)) return [...complaints, `${artifact}-${version}.pom is missing`];
  let pom;
  try {
    pom = readPom(read(`${base}.pom`));
  } catch (error) {
    return [...complaints, `its POM cannot be read: ${error.message}`];
  }
  for (const [element, expected] of [
    ["groupId", group],
    ["artifactId", artifact],
    ["version", version],
  ]) {
    const given = pom.get(element);
    if (given === undefined ? !pom.has("parent") : given !== expected)
      complaints.push(`its POM says ${given ?? "no"} ${element}, and the folder ${expected}`);
  }
  if (!pom.has("parent"))
    complaints.push(...REQUIRED.filter((element) => !pom.has(element)).map((element) => `its POM has no <${element}>`));
  if (pom.get("packaging") === "pom") return complaints;
  if (!files.some((file) => file.startsWith(`${base}.`) && !/\.(pom|module)$/.test(file)))
    complaints.push(`${artifact}-${version}.${pom.get("packaging") ?? "jar"} is missing`);
  for (const kind of ["sources", "javadoc"])
    if (!files.includes(`${base}-${kind}.jar`)) complaints.push(`${artifact}-${version}-${kind}.jar is missing`);
  return complaints;
}
