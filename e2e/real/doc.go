// Package real drives the firsttoken binary against servers that this project did not write: llama.cpp's server
// with a tiny random model, LiteLLM and nginx in front of it. It compares tokens with the engine's own counters,
// first tokens with the engine's own log, and request bodies with the types of the official Python packages.
//
// Everything is on loopback. The tests need Python packages and are built only with the tag real: run
// `make e2e-real`.
//
// llm-d-inference-sim is not among them. Its module (github.com/llm-d/llm-d-inference-sim) was not to be had from the
// module proxy when this was written, v0.3.0 to v0.9.0, nor is it a package of Python; it needs cgo (mattn/go-sqlite3)
// and brings Kubernetes' client and testcontainers with it.
package real
