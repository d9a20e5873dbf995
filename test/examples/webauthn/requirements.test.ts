/** What the WebAuthn server's plan asks for, row by row. */
import config from "../../../examples/webauthn/ci.config.ts";
import { proveRequirements } from "../support/prove.ts";
import { topics } from "./requirements.ts";

const first = ["Status", "Continuity", "Problem", "Current", "Solution", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4"];
const second = ["3", "3.1", "3.2", "3.3", "Rollback", "Testing", "Monitoring", "Benefits", "Performance", "Tracking"];

proveRequirements({
  name: "webauthn",
  title: "The WebAuthn server's plan",
  config,
  topics,
  sections: [...first, ...second],
});
