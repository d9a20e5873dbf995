// Tells people through one webhook: that this run failed, that the coverage fell, or what the metrics have found, which lies
// in ci-alerts.json below RUNNER_TEMP. Another channel may still work, and the failure that is told of must stay the one that
// people see: so what cannot be told is a warning.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { environment } from "../lib/environment.mjs";
import { details, fail, plain, require, say, warn, warnOf } from "../lib/log.mjs";
import { readPlan } from "../lib/plan.mjs";
import { retry } from "../lib/retry.mjs";

/** What a chat takes in one message; a longer one is refused as a whole. */
const MOST_LINES = 20;
const TIERS = ["critical", "warning", "info"];

const { CHANNEL: channelName, EVENT: event, WEBHOOK_URL: address } = environment;
const { GITHUB_REPOSITORY: repository, GITHUB_WORKFLOW: workflow, GITHUB_REF_NAME: ref } = environment;
const runUrl = `${environment.GITHUB_SERVER_URL}/${repository}/actions/runs/${environment.GITHUB_RUN_ID}`;
require({ channel: channelName });
const plan = readPlan();
const channel = plan.channels[channelName];
if (channel === undefined)
  fail("plan.json has no such channel. Generate the files again.", [`Channel: ${channelName}`]);

/** The alerts that this channel hears; undefined where they cannot be read. */
function readAlerts() {
  const file = join(environment.RUNNER_TEMP, "ci-alerts.json");
  try {
    return JSON.parse(readFileSync(file, "utf8")).filter((alert) => channel.events.includes(alert.event));
  } catch {
    warnOf(`The alerts in ${file} cannot be read, so nobody is told of them.`, ["The step that measures says why."]);
    return undefined;
  }
}

/** The jobs that failed, of those before this one. */
function failedJobs() {
  const needs = environment.NEEDS ? JSON.parse(environment.NEEDS) : {};
  return Object.entries(needs).flatMap(([id, { result }]) => (result === "failure" ? [id] : []));
}

/** What happened, in a sentence. */
function sentence() {
  const { CONSUMER: consumer, DELTA: delta } = environment;
  if (event === undefined) return `${repository}: the metrics of CI have found something.`;
  if (event === "coverage")
    return `${repository}: the coverage of ${plan.consumers[consumer]?.name} changed by ${delta} points on ${ref}.`;
  return `${repository}: ${workflow} failed on ${ref}.`;
}

// In Slack `<…>` and `&` are markup (its docs: "Formatting text for app surfaces"): `<!channel>` would wake everybody. Others
// take `@channel` as it stands. A branch may be called so.
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const unmarked = (text) => text.replace(/<([!@#])/g, "< $1").replace(/@([A-Za-z])/g, "@\u200b$1");

const COLOURS = { critical: "danger", warning: "warning" };

function messageOf(alerts, failed) {
  const tier =
    event === undefined
      ? (TIERS.find((one) => alerts.some((alert) => alert.tier === one)) ?? "info")
      : (plan.tiers[event] ?? "warning");
  const head = sentence() + (failed.length > 0 ? ` Failed: ${failed.join(", ")}.` : "");
  const lines = alerts.slice(0, MOST_LINES).map((alert) => `- ${alert.tier}: ${alert.text}`);
  if (alerts.length > MOST_LINES) lines.push(`- and ${alerts.length - MOST_LINES} more`);
  switch (channel.format) {
    case "json":
      return { tier, event: event ?? null, text: head, repository, workflow, ref, run: runUrl, failed, alerts };
    case "slack": {
      const text = [...lines, runUrl].map(escaped).join("\n");
      return { text: escaped(head), attachments: [{ color: COLOURS[tier] ?? "#808080", text }] };
    }
    default:
      return alerts.length === 0
        ? { text: `${unmarked(head)} ${runUrl}` }
        : { text: [...[head, ...lines].map(unmarked), runUrl].join("\n") };
  }
}

/** One attempt. The address is a secret, so no error that holds it is shown. */
async function send(body) {
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      signal: AbortSignal.timeout(20_000),
    });
    if (answer.ok) return { done: true, value: true };
    console.error(`The webhook answered with ${answer.status}.`);
  } catch (error) {
    console.error(`The webhook did not answer: ${plain(error.cause?.code ?? error.name)}.`);
  }
  return { done: false, value: false };
}

async function tell() {
  if (address === undefined) return warn("Nobody is told: the secret with the webhook's address is not set.");
  const alerts = event === undefined ? readAlerts() : [];
  if (alerts === undefined) return;
  if (event === undefined && alerts.length === 0) return say("There is nothing to tell in this channel.");
  const message = messageOf(alerts, failedJobs());
  if (await retry(3, Number(environment.DELAY ?? 5), () => send(JSON.stringify(message)))) {
    say(`Told: ${message.text}`);
    return;
  }
  warn("The webhook does not take the message. Check the secret with its address.");
  details([`Message: ${message.text}`]);
}

await tell();
