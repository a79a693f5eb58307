/** What ONNX Runtime says of a failure, in a sentence for people: without the C++ files of the machine that built it. */

// A file and line of C++, and the signature of the function there, as ONNX Runtime's macros write them.
const file = String.raw`(?:[A-Za-z]:)?[\w.\\/+-]*[\\/][\w.+-]+\.(?:cc|cpp|cxx|cu|cuh|mm|hpp|h|inc):\d+`;
const parameters = String.raw`\((?:[^()]|\([^()]*\))*\)`;
const signature = String.raw`[^()\n]*?::[^()\s]+(?:${parameters}(?:\s*const\b)?(?:::<lambda${parameters}>)*(?:\s*\[with [^\]]*\])?)?`;
const place = new RegExp(String.raw`${file}\)?(?:\s+${signature})?[\s:]*`, "g");
const frame = /^\s*at .*$/gm;
const condition = /^.* was false\.\s*/;
// The CUDA provider adds the machine's name and its own source.
const fields = /\s*;\s*(?:GPU|hostname|file|line|expr)=[^;\n]*/g;
const running = /Non-zero status code returned while running (\w+) node\. Name:'[^']*' Status Message:\s*/g;

const clean = (text: string): string =>
  text
    .replace(running, "$1: ")
    .replace(fields, "")
    .replace(frame, "")
    .replace(place, "\n")
    .split("\n")
    .map((line) => line.replace(condition, "").replace(/^;|;$/g, "").trim())
    .filter((line) => line !== "")
    .join(" ");

const amount = (bytes: number): string =>
  bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${Math.ceil(bytes / 1e9)} GB`;

/** The command that fetches the libraries of the CUDA provider, which the package onnxruntime-node does not hold. */
export const fetchCudaLibraries = "ONNXRUNTIME_NODE_INSTALL=true node node_modules/onnxruntime-node/script/install.js";

/** Failures that the machine or what is installed on it is the cause of. */
const ofTheMachine = (text: string, provider: string): string | undefined => {
  const instead = provider === "cpu" || provider === "wasm" ? "" : ", or compute on the processor";
  const size = /Failed to allocate memory for requested buffer of size (\d+)/.exec(text)?.[1];
  if (size !== undefined)
    return `expected ${amount(Number(size))} of free memory for an intermediate result, found less; compute fewer at once${instead}`;
  if (/bad_alloc|out of memory|OUT_OF_MEMORY|cannot allocate memory|array buffer allocation failed/i.test(text))
    return `expected more free memory than there is; compute fewer at once${instead}`;
  if (/EMFILE|ENFILE|too many open files/i.test(text))
    return "expected a free file handle, found as many open as are allowed; raise the limit (ulimit -n)";
  if (/WebGPU adapter|No supported adapters/i.test(text))
    return "expected a graphics processor with a driver for Vulkan, Metal or Direct3D 12, found none; install its driver, or compute on the processor";
  if (/Failed to load (?:shared )?library/i.test(text))
    return (
      `expected the libraries of the provider ${provider}, found none that load; ` +
      (provider === "cuda"
        ? `install CUDA 12, cuDNN 9 and ONNX Runtime's part (${fetchCudaLibraries}), or compute on the processor`
        : "install them, or compute on the processor")
    );
  if (/no CUDA-capable device|CUDA driver version is insufficient/i.test(text))
    return "expected an NVIDIA graphics processor with a driver for CUDA 12, found none; install its driver, or compute on the processor";
  const operation = /(?:No Op registered for|Could not find an implementation for) (\w+)/.exec(text)?.[1];
  if (operation !== undefined)
    return `expected a kernel of the provider ${provider} for the operation ${operation}, found none${instead.replace(", or", ";")}`;
  return undefined;
};

/** The reason of an error of ONNX Runtime, as what was expected, found and helps where that is known, else cleaned. */
export const reasonOf = (error: unknown, provider = "cpu"): string => {
  const text = error instanceof Error ? error.message : String(error);
  return ofTheMachine(text, provider) ?? (clean(text) || "ONNX Runtime gave no reason");
};
