// Test results in the JUnit XML format, in its dialects: Maven Surefire, gotestsum, pytest, Jest, Playwright.
import { readXml } from "./xml.mjs";

const MOST_TESTS = 100_000;
const LONGEST_NAME = 500;
/** Surefire's words for a test that it ran again by itself: it failed first, and passed then. */
const FLAKY = new Set(["flakyFailure", "flakyError"]);

/**
 * The test cases of a document as `{ test, outcome, flaky }`: `test` is class and name, `outcome` is passed, failed or
 * skipped, `flaky` says that the tool itself saw it fail and pass. A test that stands there twice is named twice.
 */
export function readJunit(document) {
  const cases = [];
  const suites = [];
  let current;
  for (const event of readXml(document)) {
    if (event.open === "testsuite") suites.push(event.attributes.get("name") ?? "");
    else if (event.close === "testsuite") suites.pop();
    else if (event.open === "testcase") {
      if (cases.length === MOST_TESTS) throw new Error(`it holds more than ${MOST_TESTS} tests`);
      current = { test: nameOf(event.attributes, suites), outcome: "passed", flaky: false };
      cases.push(current);
    } else if (event.close === "testcase") current = undefined;
    else if (current && event.open !== undefined) judge(current, event.open);
  }
  return cases;
}

function judge(current, element) {
  if (element === "failure" || element === "error") current.outcome = "failed";
  else if (element === "skipped" && current.outcome === "passed") current.outcome = "skipped";
  else if (FLAKY.has(element)) current.flaky = true;
}

/** One line, since the name is a key. Without a class the suite tells tests of one name apart. */
function nameOf(attributes, suites) {
  const holder = attributes.get("classname") || attributes.get("class") || suites.at(-1) || "";
  const words = [holder, attributes.get("name") ?? ""].filter(Boolean).map((text) => text.replace(/\s+/g, " ").trim());
  return words.join(" › ").slice(0, LONGEST_NAME) || "(no name)";
}
