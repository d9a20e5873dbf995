/** The five documents, in the order of their sizes. */
import { CHARON } from "./charon.ts";
import { DJANGO } from "./django.ts";
import { KYKLOS } from "./kyklos.ts";
import type { PlanDefects } from "./plan.ts";
import { SINDRI } from "./sindri.ts";
import { WEBAUTHN } from "./webauthn.ts";

export const PLANS: readonly PlanDefects[] = [CHARON, SINDRI, WEBAUTHN, KYKLOS, DJANGO];
