import { web } from "../runtime/web.ts";
import { describeExternalData } from "./external-data.case.ts";

describeExternalData("web()", () => web());
