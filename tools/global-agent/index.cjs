// The installer of onnxruntime-node alone uses global-agent, and loads it before it looks at this variable.
process.env.ONNXRUNTIME_NODE_INSTALL ||= "skip";

exports.bootstrap = () => {};
