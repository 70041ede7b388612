package chat

import "slices"

// givenUp are the finish reasons with which an engine says that it gave up. The answer before them is not what was
// asked for, however good it looks.
//
//	abort                          vLLM and SGLang, whose request was ended from outside
//	insufficient_system_resource   DeepSeek
//	error, failed, cancelled       OpenRouter, Responses and many
func givenUp() []string {
	return []string{
		"abort", "aborted", "error", "failed", "cancelled", "canceled", "insufficient_system_resource",
		"engine_overloaded", "engine_error", "server_error", "timeout", "eviction",
	}
}

// finishFailure is the failure that a finish reason stands for; nil for one of a whole answer.
func finishFailure(finish string) *failure {
	if !slices.Contains(givenUp(), finish) {
		return nil
	}
	return &failure{cause: CauseAborted, text: "finish reason is " + excerpt(finish)}
}

// emptyFailure is that of an answer which finished as its dialect prescribes and had no token on any channel.
func emptyFailure(x *Exchange) *failure {
	if !x.FirstToken.IsZero() {
		return nil
	}
	text := "finished without a token"
	if x.Finish != "" {
		text += ", finish reason " + excerpt(x.Finish)
	}
	if u := x.Usage; u.Reasoning.n > 0 && u.Reasoning == u.Output {
		text += ": all of its output was reasoning that the server keeps to itself"
	}
	return &failure{cause: CauseEmpty, text: text}
}
