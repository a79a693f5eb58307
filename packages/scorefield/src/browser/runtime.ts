/** Makes onnxruntime-web the default; it is fetched when something is compiled. */
import { setDefaultRuntime } from "@scorefield/tensor";
import { web } from "@scorefield/tensor/web";

setDefaultRuntime(web());
