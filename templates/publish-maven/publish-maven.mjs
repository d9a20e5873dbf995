// Publishes a staged Maven repository to Maven Central, through the Central Publisher Portal: what was built and tested,
// with the checksums and signatures that it lacks. What is there already stays; a version is never published in part.
import { environment } from "../lib/environment.mjs";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { filesBelow } from "../lib/files-below.mjs";
import { withSigner } from "../lib/gpg.mjs";
import { ask, httpError, inParallel } from "../lib/http.mjs";
import { addSummary, cell, closeGroup, complain, openGroup, plain, say, setOutput, warn } from "../lib/log.mjs";
import { complaintsAbout, coordinates, readComponents } from "../lib/maven.mjs";
import { readPlan } from "../lib/plan.mjs";
import { repeat } from "../lib/repeat.mjs";
import { writeZip } from "../lib/write-zip.mjs";

/** The portal's limit of a bundle. */
const MOST_BUNDLE_BYTES = 1024 ** 3;
const UPLOAD_SECONDS = 1800;
const CHECKSUMS = ["md5", "sha1", "sha256", "sha512"];

const {
  TARGET: target,
  VERSION: version = "",
  PORTAL_USERNAME: username,
  PORTAL_PASSWORD: password,
  RUNNER_TEMP: temp,
} = environment;
const {
  SIGNING_KEY: signingKey = "",
  SIGNING_PASSWORD: signingPassword = "",
  PORTAL_URL: portalUrl = "",
  CHECK_URL: checkUrl = "",
  POLL_SECONDS: poll = "15",
} = environment;
const { from, timeoutSeconds } = readPlan().publish[target];
/** How long the portal may take. */
const timeout = environment.TIMEOUT_SECONDS ?? timeoutSeconds;
/** A folder in the layout of a Maven repository: where the step before has put the build's files. */
const folder = `${temp}/files-${from}`;
const portal = `${(portalUrl || "https://central.sonatype.com").replace(/\/$/, "")}/api/v1/publisher`;
const central = (checkUrl || "https://repo1.maven.org/maven2").replace(/\/$/, "");
const authorization = `Bearer ${Buffer.from(`${username}:${password}`).toString("base64")}`;

const read = (file) => readFileSync(`${folder}/${file}`);
const hash = (kind, bytes) => createHash(kind).update(bytes).digest("hex");
const sleep = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const list = (title, lines) => `${title}\n${lines.map((line) => `  ${line}`).join("\n")}`;

function checkComplete(components) {
  const complaints = components.flatMap((component) =>
    [
      ...complaintsAbout(component, (file) => read(file).toString("utf8")),
      ...(version !== "" && component.version !== version ? [`this run publishes ${version}`] : []),
      ...component.derived.flatMap((file) => wrongDerived(component, file)),
    ].map((text) => `${coordinates(component)}: ${text}`),
  );
  if (complaints.length > 0) throw new Error(list("Maven Central would not take this:", complaints));
}

/** A checksum or signature that belongs to nothing, or a checksum that is wrong. */
function wrongDerived(component, file) {
  const [, subject, kind] = /^(.*)\.(\w+)$/.exec(file);
  if (!component.files.includes(subject) && !subject.endsWith(".asc")) return [`${file} belongs to no file`];
  if (!CHECKSUMS.includes(kind) || subject.endsWith(".asc")) return [];
  return read(file).toString("latin1").trim().split(/\s/)[0].toLowerCase() === hash(kind, read(subject))
    ? []
    : [`${file} is not the checksum of its file`];
}

/**
 * What Central holds of a component: "same", "absent", or "waiting" where it was published a moment ago. It is asked file by
 * file and may show the version in between, so a part counts only when a second look lacks the same files.
 */
async function stateOf(component, missingBefore) {
  const found = await inParallel(component.files, async (file) => {
    const answer = await ask(`${central}/${file}.sha1`);
    if (answer.status === 404) return { file, there: "absent" };
    if (answer.status !== 200)
      throw httpError(
        `${new URL(central).host} answered ${answer.status} to ${file}.sha1, so it is not known what is published.`,
        answer.status,
      );
    return {
      file,
      there: answer.text.trim().slice(0, 40).toLowerCase() === hash("sha1", read(file)) ? "same" : "different",
    };
  });
  const of = (kind) => found.filter(({ there }) => there === kind).map(({ file }) => file);
  if (of("different").length > 0)
    throw new Error(
      list(
        `${coordinates(component)} is published already, with other contents. A version never changes: raise it.`,
        of("different"),
      ),
    );
  if (of("absent").length === 0) return "same";
  if (of("same").length > 0) {
    const missing = of("absent").join();
    if (missing !== missingBefore) {
      await sleep(Number(poll));
      return stateOf(component, missing);
    }
    throw new Error(
      `${list(`${coordinates(component)} is published in part, and Maven Central adds nothing to a version. Raise the version. These are there:`, of("same"))}\n${list("These are missing:", of("absent"))}`,
    );
  }
  const { group, artifact } = component;
  const { published } = JSON.parse(
    await request(
      "GET",
      `/published?namespace=${encodeURIComponent(group)}&name=${encodeURIComponent(artifact)}&version=${encodeURIComponent(component.version)}`,
    ),
  );
  return published === true ? "waiting" : "absent";
}

async function request(method, path, options = {}) {
  const answer = await ask(`${portal}${path}`, { method, headers: { authorization }, ...options });
  if (answer.status < 300) return answer.text;
  const hint =
    answer.status === 401 || answer.status === 403
      ? " Make a new user token on the portal's account page, and see that it may publish this namespace."
      : "";
  throw httpError(
    `The portal answered ${answer.status} to ${method} ${path.split("?")[0]}: ${plain(answer.text).slice(0, 500)}${hint}`,
    answer.status,
  );
}

/** Those that Central does not hold yet. What was published a moment ago can be compared only once it can be read. */
async function missingComponents(components) {
  const end = Date.now() + Number(timeout) * 1000;
  while (true) {
    const states = [];
    for (const component of components) states.push(await stateOf(component));
    const waiting = components.filter((_, index) => states[index] === "waiting");
    if (waiting.length === 0) return components.filter((_, index) => states[index] === "absent");
    if (Date.now() >= end)
      throw new Error(
        list(
          "These were published before, but cannot be read yet, so they cannot be compared. Re-run this job in an hour.",
          waiting.map(coordinates),
        ),
      );
    say(`Waiting until ${waiting.map(coordinates).join(", ")} can be read.`);
    await sleep(Number(poll));
  }
}

/** The files of a component with the checksums and signatures that they lack. */
function bundled(component, sign) {
  return component.files.flatMap((file) => {
    const bytes = read(file);
    const beside = (kind, make) => ({
      name: `${file}.${kind}`,
      bytes: existsSync(`${folder}/${file}.${kind}`) ? read(`${file}.${kind}`) : make(),
    });
    return [
      { name: file, bytes },
      beside("asc", () => sign(`${folder}/${file}`)),
      ...CHECKSUMS.map((kind) => beside(kind, () => Buffer.from(hash(kind, bytes)))),
    ];
  });
}

async function makeBundle(components) {
  const isSigned = components.every(({ files, derived }) => files.every((file) => derived.includes(`${file}.asc`)));
  const collect = (sign) => components.flatMap((component) => bundled(component, sign));
  const files = isSigned
    ? collect()
    : await withSigner({ key: signingKey, password: signingPassword, temp }, async (sign) => collect(sign));
  for (const { name, bytes } of files) say(`${name}, ${bytes.length} bytes`);
  const bundle = writeZip(files);
  if (bundle.length > MOST_BUNDLE_BYTES)
    throw new Error(`The bundle has ${bundle.length} bytes; the portal takes ${MOST_BUNDLE_BYTES}.`);
  return bundle;
}

/** An upload that is done twice is published once: the portal refuses the second. */
async function upload(bundle, name) {
  const send = () => {
    const form = new FormData();
    form.set("bundle", new Blob([bundle], { type: "application/octet-stream" }), "bundle.zip");
    return request("POST", `/upload?name=${encodeURIComponent(name)}&publishingType=AUTOMATIC`, {
      body: form,
      seconds: UPLOAD_SECONDS,
    });
  };
  const id = (await repeat(send)).trim();
  if (!/^[\w-]{1,100}$/.test(id)) throw new Error("The portal's answer names no deployment.");
  return id;
}

/** Waits for the portal's verdict; gives the last state, and its complaints when that is FAILED. */
async function follow(id) {
  const end = Date.now() + Number(timeout) * 1000;
  let last;
  while (true) {
    const status = JSON.parse(await repeat(() => request("POST", `/status?id=${encodeURIComponent(id)}`)));
    const { deploymentState: state } = status;
    if (state !== last) say(`Deployment ${id}: ${state}`);
    last = state;
    if (state === "PUBLISHED" || state === "FAILED")
      return {
        state,
        errors: Object.entries(status.errors ?? {}).map(
          ([subject, texts]) => `${subject}: ${[texts].flat().join("; ")}`,
        ),
      };
    if (Date.now() >= end) {
      if (state === "PUBLISHING") return { state, errors: [] };
      throw new Error(
        `The portal has not decided in ${timeout} s; the deployment ${id} is ${state}. Look at it at ${new URL(portal).origin}/publishing/deployments before you re-run.`,
      );
    }
    await sleep(Number(poll));
  }
}

async function publish() {
  const components = readComponents(filesBelow(folder));
  checkComplete(components);
  const missing = await missingComponents(components);
  for (const component of components.filter((one) => !missing.includes(one)))
    say(`${coordinates(component)} is published already, with these very contents.`);
  if (missing.length === 0) return { components, missing, id: "", state: "" };
  const id = await upload(await makeBundle(missing), missing.map(coordinates).join(" ").slice(0, 200));
  const { state, errors } = await follow(id);
  if (state === "FAILED" && (await missingComponents(components)).length > 0)
    throw new Error(list(`The portal refused the deployment ${id}.`, errors));
  if (state === "PUBLISHING")
    warn(
      "The portal is still copying to Maven Central, which takes longer at times. It can no longer be stopped, and needs nobody.",
    );
  return { components, missing, id, state: state === "FAILED" ? "PUBLISHED" : state };
}

try {
  openGroup("Maven Central");
  const { components, missing, id, state } = await publish();
  closeGroup();
  setOutput("published", missing.length);
  setOutput("deployment", id);
  setOutput("state", state);
  addSummary(
    `| Component | |\n| --- | --- |\n${components.map((one) => `| ${cell(coordinates(one))} | ${missing.includes(one) ? cell(state.toLowerCase()) : "was there"} |`).join("\n")}\n`,
  );
} catch (error) {
  closeGroup();
  const [first, ...lines] = error.message.split("\n");
  complain(`Nothing more is published. ${first}`);
  for (const line of lines) console.log(`  ${plain(line)}`);
  addSummary(`❌ Maven Central: ${cell(first)}`);
  process.exitCode = 1;
}
