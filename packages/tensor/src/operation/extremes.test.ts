import { native } from "../runtime/native.ts";
import { describeExtremes } from "./extremes.case.ts";

describeExtremes("native()", () => native({ threads: 1 }));
