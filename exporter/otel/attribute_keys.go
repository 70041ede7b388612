package otel

import "go.opentelemetry.io/otel/attribute"

// Attributes of OpenTelemetry's GenAI conventions 1.41.0, all of them in development. The Go packages of later
// conventions (semconv/v1.42.0 and on) no longer have them, so they are defined here.
// https://github.com/open-telemetry/semantic-conventions/tree/v1.41.0/docs/gen-ai
const (
	operationName      = attribute.Key("gen_ai.operation.name")
	providerName       = attribute.Key("gen_ai.provider.name")
	conversationID     = attribute.Key("gen_ai.conversation.id")
	requestModel       = attribute.Key("gen_ai.request.model")
	requestMaxTokens   = attribute.Key("gen_ai.request.max_tokens")
	requestStream      = attribute.Key("gen_ai.request.stream")
	responseModel      = attribute.Key("gen_ai.response.model")
	finishReasons      = attribute.Key("gen_ai.response.finish_reasons")
	timeToFirstChunk   = attribute.Key("gen_ai.response.time_to_first_chunk") // seconds; the first event, token or not
	inputTokens        = attribute.Key("gen_ai.usage.input_tokens")
	outputTokens       = attribute.Key("gen_ai.usage.output_tokens")
	cacheReadTokens    = attribute.Key("gen_ai.usage.cache_read.input_tokens")
	cacheWrittenTokens = attribute.Key("gen_ai.usage.cache_creation.input_tokens")
	reasoningTokens    = attribute.Key("gen_ai.usage.reasoning.output_tokens")
)

// Stable attributes of the general conventions.
const (
	errorType     = attribute.Key("error.type")
	serverAddress = attribute.Key("server.address")
	serverPort    = attribute.Key("server.port")
	statusCode    = attribute.Key("http.response.status_code")
)

// Our own attributes, named as in metrics and results.
const (
	targetName   = attribute.Key("firsttoken.target")
	engineName   = attribute.Key("firsttoken.engine")
	regionName   = attribute.Key("firsttoken.region")
	tierName     = attribute.Key("firsttoken.tier")
	apiName      = attribute.Key("firsttoken.api")
	outcomeName  = attribute.Key("firsttoken.outcome")
	keptBecause  = attribute.Key("firsttoken.kept") // slow, failed, revision, ratio
	turnNumber   = attribute.Key("firsttoken.turn")
	turnPhase    = attribute.Key("firsttoken.phase")
	cacheLabel   = attribute.Key("firsttoken.cache")
	contextLabel = attribute.Key("firsttoken.context")
	ttftSeconds  = attribute.Key("firsttoken.ttft") // seconds; the first token, as firsttoken_ttft_seconds has it
	tpsRate      = attribute.Key("firsttoken.output_tokens_per_second")
	stallSeconds = attribute.Key("firsttoken.stall") // seconds
	reusedConn   = attribute.Key("firsttoken.connection.reused")
	recallResult = attribute.Key("firsttoken.recall") // right, wrong
	fingerprint  = attribute.Key("firsttoken.response.fingerprint")
	untrusted    = attribute.Key("firsttoken.untrusted") // true while this process distrusted its own numbers
	linkKind     = attribute.Key("firsttoken.link")      // previous_turn
)
