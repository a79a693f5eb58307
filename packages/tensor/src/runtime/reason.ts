/** What ONNX Runtime says of a failure, in a sentence for people: without the C++ files of the machine that built it. */

// A word that is a file and line of C++, as ONNX Runtime's macros write it before the function there and the message.
const place = /\.(?:cc|cpp|cxx|cu|cuh|mm|hpp|h|inc):\d+\)?:?$/;
const condition = /^.* was false\.\s*/;
// The CUDA provider adds the machine's name and its own source.
const field = /^(?:GPU|hostname|file|line|expr)=/;
const running = /Non-zero status code returned while running (\w+) node\. Name:'[^']*' Status Message:\s*/g;

/** The words of a text; what is in brackets belongs to the word that it is in. */
const bracketedWords = (text: string): string[] => {
  const words: string[] = [];
  let depth = 0;
  for (const word of text.split(/\s+/)) {
    if (depth > 0) words[words.length - 1] += ` ${word}`;
    else words.push(word);
    for (const letter of word) depth += "(<[".includes(letter) ? 1 : ")>]".includes(letter) ? -1 : 0;
  }
  return words;
};

/** A text without the signature of a C++ function that it begins with, if it does. */
const afterSignature = (text: string): string => {
  const words = bracketedWords(text);
  const called = words.slice(0, 3).findIndex((word) => word.includes("::") && word.includes("("));
  let next = called === -1 ? Number(words[0]!.includes("::")) : called + 1;
  while (called !== -1 && (words[next] === "const" || words[next]?.startsWith("[with "))) next++;
  return words.slice(next).join(" ");
};

/** A line as the parts that lie between places in C++ files. */
const withoutPlaces = (line: string): string[] => {
  const words = line.split(/\s+/);
  const at = words.findIndex((word) => place.test(word));
  if (at === -1) return [line];
  return [words.slice(0, at).join(" "), ...withoutPlaces(afterSignature(words.slice(at + 1).join(" ")))];
};

const withoutFields = (line: string): string => {
  const parts = line.split(";").map((part) => part.trim());
  return parts.filter((part) => part !== "" && !field.test(part)).join("; ");
};

const clean = (text: string): string =>
  text
    .replace(running, "$1: ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => !line.startsWith("at "))
    .flatMap(withoutPlaces)
    .map(withoutFields)
    .map((line) => line.replace(condition, "").trim())
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
    return "expected a free file handle, found none, the limit of open files is reached; raise the limit (ulimit -n)";
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
