package otel

import (
	"testing"

	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.41.0"
)

// The keys equal those of the last convention with a Go package.
func TestKeysAreTheConventions(t *testing.T) {
	for _, row := range []struct{ ours, theirs attribute.Key }{
		{operationName, semconv.GenAIOperationNameKey},
		{providerName, semconv.GenAIProviderNameKey},
		{conversationID, semconv.GenAIConversationIDKey},
		{requestModel, semconv.GenAIRequestModelKey},
		{requestMaxTokens, semconv.GenAIRequestMaxTokensKey},
		{requestStream, semconv.GenAIRequestStreamKey},
		{responseModel, semconv.GenAIResponseModelKey},
		{finishReasons, semconv.GenAIResponseFinishReasonsKey},
		{timeToFirstChunk, semconv.GenAIResponseTimeToFirstChunkKey},
		{inputTokens, semconv.GenAIUsageInputTokensKey},
		{outputTokens, semconv.GenAIUsageOutputTokensKey},
		{cacheReadTokens, semconv.GenAIUsageCacheReadInputTokensKey},
		{cacheWrittenTokens, semconv.GenAIUsageCacheCreationInputTokensKey},
		{reasoningTokens, semconv.GenAIUsageReasoningOutputTokensKey},
		{errorType, semconv.ErrorTypeKey},
		{serverAddress, semconv.ServerAddressKey},
		{serverPort, semconv.ServerPortKey},
		{statusCode, semconv.HTTPResponseStatusCodeKey},
	} {
		if row.ours != row.theirs {
			t.Errorf("%s, want %s", row.ours, row.theirs)
		}
	}
}
