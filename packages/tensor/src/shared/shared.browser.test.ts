import { web } from "../runtime/web.ts";
import { describeShared } from "./shared.case.ts";

describeShared("web()", () => web());
