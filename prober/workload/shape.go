package workload

// Shape is a placeholder until the workload is built.
type Shape struct{}
