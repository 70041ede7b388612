// Package preset knows what each kind of server needs in a request, so that `engine: vllm` is enough to get a right
// one. A preset is a set of defaults for a target: every key that the configuration file writes wins over it.
//
//	engine: vllm ─► Preset ─► api, tools, extra_body, session_headers, engine_metrics
//
// It also knows the remedies for refusals that these servers are known to give.
package preset
