export { type Check, type CheckContext, type ErrorUnit, type Finding, passes } from "./check.ts";
export { checks } from "./checks.ts";
export { type OrderTruth, orderCheck } from "./order-checks.ts";
export { type CheckResult, chosenChecks, type VerifyOptions, verify } from "./verify.ts";
