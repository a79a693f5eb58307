export type { Check, CheckContext, ErrorUnit, Finding } from "./check.ts";
export { checks } from "./checks.ts";
export { type OrderTruth, orderCheck } from "./order-checks.ts";
export { type CheckResult, chosenChecks, type VerifyOptions, verify } from "./verify.ts";
