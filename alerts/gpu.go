package alerts

// GPUDegradedRecord is 1 for each target with a GPU in trouble, by target and cause.
const GPUDegradedRecord = "target_cause:gpu_degraded:bool"

func gpuRecords() []Rule { return nil }

func gpuAlerts() []alert { return nil }
