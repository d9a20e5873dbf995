/** What Charon's plan asks for, row by row. */
import config from "../../../examples/charon/ci.config.ts";
import { proveRequirements } from "../support/prove.ts";
import { topics } from "./requirements.ts";

const first = [
  "1.1",
  "1.2",
  "1.3",
  "1.4",
  "2.1",
  "2.2",
  "3.1",
  "3.2",
  "4.1",
  "4.2",
  "4.3",
  "5.1",
  "5.2",
  "6.0",
  "6.1",
  "6.2",
  "6.3",
  "6.4",
  "6.5",
  "6.6",
  "6.7",
];
const second = [
  "7.1",
  "7.2",
  "7.3",
  "7.4",
  "7.5",
  "8.1",
  "8.2",
  "8.3",
  "8.4",
  "8.5",
  "8.6",
  "9.1",
  "9.2",
  "9.3",
  "9.4",
  "9.5",
  "10.1",
  "10.2",
  "10.3",
  "10.4",
  "10.5",
  "10.6",
  "10.7",
  "10.8",
  "11.1",
  "11.2",
  "11.3",
  "11.4",
];
const third = ["12", "13", "14.1", "15.1", "15.2", "16"];

proveRequirements({
  name: "charon",
  title: "Charon's plan",
  config,
  topics,
  sections: [...first, ...second, ...third],
});
