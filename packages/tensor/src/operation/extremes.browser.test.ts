import { web } from "../runtime/web.ts";
import { describeExtremes } from "./extremes.case.ts";

describeExtremes("web()", () => web());
