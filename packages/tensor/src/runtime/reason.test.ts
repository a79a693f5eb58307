import { describe, expect, it } from "vitest";
import { reasonOf } from "./reason.ts";

// As onnxruntime-node 1.30 wrote them.
const cases: readonly [provider: string, message: string, reason: string | RegExp][] = [
  [
    "webgpu",
    "/onnxruntime_src/onnxruntime/core/providers/webgpu/webgpu_context.cc:136 onnxruntime::webgpu::WebGpuContext::Initialize(const onnxruntime::webgpu::WebGpuContextConfig&)::<lambda()> adapter_result.status == wgpu::RequestAdapterStatus::Success was false. Failed to get a WebGPU adapter: No supported adapters",
    /^expected a graphics processor .*, found none; install its driver, or compute on the processor$/,
  ],
  [
    "cuda",
    "OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library",
    /^expected the libraries of the provider cuda, found none that load; install CUDA 12, .*, or compute on the processor$/,
  ],
  [
    "cuda",
    "/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:129 std::conditional_t<THRW, void, onnxruntime::common::Status> onnxruntime::CudaCall(ERRTYPE, const char*, const char*, SUCCTYPE, const char*, const char*, int) [with ERRTYPE = cudaError; bool THRW = true] CUDA failure 100: no CUDA-capable device is detected ; GPU=-1 ; hostname=box ; file=/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_execution_provider.cc ; line=280 ; expr=cudaSetDevice(info_.device_id);",
    /^expected an NVIDIA graphics processor with a driver for CUDA 12, found none; /,
  ],
  [
    "cuda",
    "CUDA failure 700: an illegal memory access was encountered ; GPU=0 ; hostname=box ; file=/onnxruntime_src/onnxruntime/core/providers/cuda/gpu_data_transfer.cc ; line=73 ; expr=cudaMemcpyAsync(dst_data, src_data, bytes);",
    "CUDA failure 700: an illegal memory access was encountered",
  ],
  [
    "cpu",
    "Non-zero status code returned while running MatMul node. Name:'' Status Message: /onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:360 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*) Failed to allocate memory for requested buffer of size 4000000000000\n",
    "expected 4000 GB of free memory for an intermediate result, found less; compute fewer at once",
  ],
  ["cpu", "std::bad_alloc", "expected more free memory than there is; compute fewer at once"],
  [
    "webgpu",
    "Could not find an implementation for Erf(13) node with name ''",
    "expected a kernel of the provider webgpu for the operation Erf, found none; compute on the processor",
  ],
  [
    "cpu",
    "Non-zero status code returned while running Reshape node. Name:'' Status Message: /onnxruntime_src/onnxruntime/core/providers/cpu/tensor/reshape_helper.h:47 onnxruntime::ReshapeHelper::ReshapeHelper(const onnxruntime::TensorShape&, onnxruntime::TensorShapeVector&, bool) input_shape_size == size was false. The input tensor cannot be reshaped to the requested shape. Input shape:{3}, requested shape:{2}\n",
    "Reshape: The input tensor cannot be reshaped to the requested shape. Input shape:{3}, requested shape:{2}",
  ],
  [
    "cpu",
    "D:\\a\\_work\\1\\s\\onnxruntime\\core\\framework\\execution_frame.cc:184 onnxruntime::IExecutionFrame::GetOrCreateNodeOutputMLValue The shape differs",
    "The shape differs",
  ],
  [
    "webgpu",
    "vkCreateInstance failed with VK_ERROR_INCOMPATIBLE_DRIVER\n    at CheckVkSuccessImpl (/build/Release/_deps/dawn-src/src/dawn/native/vulkan/VulkanError.cpp:106)\n",
    "vkCreateInstance failed with VK_ERROR_INCOMPATIBLE_DRIVER",
  ],
  [
    "cpu",
    "Got invalid dimensions for input: input.0 for the following indices\n index: 0 Got: 3 Expected: 2\n Please fix either the inputs/outputs or the model.",
    "Got invalid dimensions for input: input.0 for the following indices index: 0 Got: 3 Expected: 2 Please fix either the inputs/outputs or the model.",
  ],
  ["cpu", "", "ONNX Runtime gave no reason"],
];

describe("reasonOf", () => {
  it.each(cases)("%s: %s", (provider, message, reason) => {
    const found = reasonOf(new Error(message), provider);
    if (typeof reason === "string") expect(found).toBe(reason);
    else expect(found).toMatch(reason);
    expect(found).not.toMatch(/\.(cc|cpp|cu|h)\b|onnxruntime::|hostname|\n/);
  });

  it("takes what is thrown by WebAssembly, too", () => {
    expect(reasonOf("Aborted()", "wasm")).toBe("Aborted()");
  });
});
