import { web } from "../runtime/web.ts";
import { describeIntegers } from "./integer.case.ts";

describeIntegers("web()", () => web(), 15);
