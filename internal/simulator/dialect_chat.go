package simulator

import (
	"fmt"
	"strconv"
)

// chatFraming is OpenAI's Chat Completions stream as vLLM writes it: the role has a chunk of its own before the
// first token, the usage has a chunk without choices, then comes [DONE].
//
// Source: OpenAI's API reference; vLLM, entrypoints/openai.
func chatFraming(a answerInfo) framing {
	head := openAIHead("chatcmpl", "chat.completion.chunk", a)
	delta := head + `"choices":[{"index":0,"delta":`
	const tail = `,"logprobs":null,"finish_reason":null}]}` + "\n\n"
	f := framing{vendor: openAI, ping: []byte(": ping\n\n")}
	f.first = []byte(delta + `{"role":"assistant","content":""}` + tail)
	for c, key := range [channels]string{
		reasoning: `{"reasoning_content":"`,
		text:      `{"content":"`,
		toolCall:  `{"tool_calls":[{"index":0,"function":{"arguments":"`,
	} {
		f.before[c], f.after[c] = []byte(delta+key), []byte(`"}`+tail)
	}
	f.after[toolCall] = []byte(`"}}]}` + tail)
	f.open[toolCall] = []byte(delta + `{"tool_calls":[{"index":0,"id":"call_` + a.id +
		`","type":"function","function":{"name":` + quoted(a.tool) + `,"arguments":""}}]}` + tail)
	f.end = func(how ending, u Usage) []byte {
		b := fmt.Appendf(nil, `%s{},"logprobs":null,"finish_reason":%s}]}`+"\n\n", delta, openAIFinish(how))
		if a.usage && !a.noUsage {
			b = fmt.Appendf(b, `%s"choices":[],"usage":%s}`+"\n\n", head, openAIUsage(u, a.reasoned+a.hidden))
		}
		return append(b, "data: [DONE]\n\n"...)
	}
	return f
}

// completionsFraming is OpenAI's legacy completions stream.
func completionsFraming(a answerInfo) framing {
	head := openAIHead("cmpl", "text_completion", a)
	const choice = `"choices":[{"index":0,"text":"`
	f := framing{vendor: openAI, ping: []byte(": ping\n\n")}
	for c := range channels { // there is only text
		f.before[c] = []byte(head + choice)
		f.after[c] = []byte(`","logprobs":null,"finish_reason":null}]}` + "\n\n")
	}
	f.end = func(how ending, u Usage) []byte {
		b := fmt.Appendf(nil, `%s%s","logprobs":null,"finish_reason":%s}]}`+"\n\n", head, choice, openAIFinish(how))
		if a.usage && !a.noUsage {
			b = fmt.Appendf(b, `%s"choices":[],"usage":%s}`+"\n\n", head, openAIUsage(u, a.hidden))
		}
		return append(b, "data: [DONE]\n\n"...)
	}
	return f
}

// openAIHead is the beginning of every event of the two older dialects.
func openAIHead(prefix, object string, a answerInfo) string {
	return fmt.Sprintf(`data: {"id":"%s-%s","object":"%s","created":%d,"model":%s,"system_fingerprint":%s,`,
		prefix, a.id, object, a.created, quoted(a.model), quoted(a.fingerprint))
}

func openAIFinish(how ending) string { return how.word("stop", "length", "tool_calls") }

// openAIUsage counts cached tokens as a part of the prompt's.
func openAIUsage(u Usage, reasoned int) string {
	details := ""
	if reasoned > 0 {
		details = `,"completion_tokens_details":{"reasoning_tokens":` + strconv.Itoa(reasoned) + `}`
	}
	return fmt.Sprintf(`{"prompt_tokens":%d,"total_tokens":%d,"completion_tokens":%d,`+
		`"prompt_tokens_details":{"cached_tokens":%d}%s}`,
		u.Prompt, total(u.Prompt, u.Output), u.Output, u.Cached, details)
}
