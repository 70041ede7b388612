package chat

import (
	"bytes"
	"strings"
	"testing"

	"github.com/firsttoken/firsttoken/internal/sse"
)

// Events at which reading in place could go astray: both ways must tell the same of them.
func TestInPlaceAgreesOnOddEvents(t *testing.T) {
	tests := []struct {
		api  API
		data string
		hot  bool // is read in place
	}{
		{OpenAIChat, `{"choices":[{"delta":{"content":"a"}}]}`, true},
		// white space, escapes
		{OpenAIChat, ` { "choices" : [ { "delta" : { "content" : "a\"\u00e9\\" } } ] } `, true},
		{OpenAIChat, `{"choices":[{"delta":{"content":"a"}}],"x":[1,-2.5e+3,{"Y":[]},true,false,null]}`, true}, // strangers
		// a key twice: the last counts
		{OpenAIChat, `{"choices":[{"delta":{"content":"a"}}],"choices":[{"delta":{}}]}`, false},
		{OpenAIChat, `{"choices":[{"delta":{"content":"a","content":""}}]}`, false},             //
		{OpenAIChat, `{"choices":[{"delta":{"content":"a"},"delta":{"content":null}}]}`, false}, //
		// encoding/json takes any case
		{OpenAIChat, `{"choices":[{"delta":{"content":"a"}}],"Choices":[]}`, false},
		{OpenAIChat, `{"choices":[{"delta":{"content":"a"}}],"\u0063hoices":[]}`, false},         // and escapes
		{OpenAIChat, `{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}`, false},    //
		{OpenAIChat, `{"choices":[{"delta":{"content":"a"}},{"delta":{"content":"b"}}]}`, false}, // two choices
		{OpenAIChat, `{"choices":[{"delta":{"content":"a"}}],"error":{"message":"x"}}`, false},   //
		{OpenAIChat, `{"choices":[{"delta":{"content":"a"}}],"error":null,"code":null}`, true},   //
		// no null, so an error
		{OpenAIChat, `{"choices":[{"delta":{"content":"a"}}],"error":false}`, false},
		{OpenAIChat, `{"choices":[{"delta":{"content":"a"}}],"object":"error"}`, false}, //
		// a name that was not known
		{OpenAIChat, `{"choices":[{"delta":{"content":"a"}}],"model":"m"}`, false},
		{OpenAIChat, `{"choices":[{"delta":{"content":"a"}}],"system_fingerprint":"f"}`, false}, //
		// running usage
		{OpenAIChat, `{"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":3}}`, true},
		// no token before the first
		{OpenAIChat, `{"choices":[{"delta":{"content":""}}]}`, false},
		{OpenAIChat, `{"choices":[{"delta":{"content":[{"type":"text","text":"a"}]}}]}`, false}, // parts
		{OpenAIChat, `{"choices":[{"delta":{"tool_calls":[]},"text":"a"}]}`, true},              //
		{OpenAIChat, `{"choices":[{"delta":{"tool_calls":[{"function":{"name":"f"}},{"function":{"name":"g"}}]}}]}`, false},
		{OpenAIChat, `{"choices":[{"delta":{"content":"a"}}]`, false},     // malformed, in many ways
		{OpenAIChat, `{"choices":[{"delta":{"content":"a"}}]}}`, false},   //
		{OpenAIChat, `{"choices":[{"delta":{"content":"a"}}],}`, false},   //
		{OpenAIChat, `{"choices":[{"delta":{"content":"a}}]}`, false},     //
		{OpenAIChat, `{"choices":[{"delta":{"content":"\x"}}]}`, false},   //
		{OpenAIChat, `{"choices":[{"delta":{"content":"\u12"}}]}`, false}, //
		{OpenAIChat, "{\"choices\":[{\"delta\":{\"content\":\"a\tb\"}}]}", false},
		{OpenAIChat, `{"choices":[{"delta":{"content":"a"}}],"x":01}`, false},
		{OpenAIChat, `{"choices":[{"delta":{"content":"a"}}],"x":1.}`, false},
		{OpenAIChat, `{"choices":[{"delta":{"content":"a"}}],"x":nul}`, false},
		{OpenAIChat, `{"choices":[{"delta":{"content":"a"}}],"x":[1,]}`, false},
		// deep
		{
			OpenAIChat,
			`{"choices":[{"delta":{"content":"a"}}],"x":` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + `}`,
			false,
		},
		{OpenAICompletions, `{"choices":[{"text":"a"}]}`, true},
		{OpenAICompletions, `{"choices":[{"text":"a","delta":{"content":"b"}}]}`, false},
		{AnthropicMessages, `{"type":"content_block_delta","delta":{"type":"text_delta","text":"a"}}`, true},
		{AnthropicMessages, `{"delta":{"text":"a"},"type":"content_block_delta"}`, true},
		{AnthropicMessages, `{"type":"content_block_delta","delta":{"text":"a","thinking":"b"}}`, false},
		{AnthropicMessages, `{"type":"content_block_delta","delta":{"text":"a","text":""}}`, false},
		{AnthropicMessages, `{"type":"content_block_delta","delta":{"text":"a"},"error":{"type":"x"}}`, false},
		{AnthropicMessages, `{"type":"ping","delta":{"text":"a"}}`, false},
		{AnthropicMessages, `{"delta":{"text":"a"}}`, false},
		{OpenAIResponses, `{"type":"response.output_text.delta","delta":"a"}`, true},
		{OpenAIResponses, `{"type":"response.output_text.delta","delta":"a","delta":""}`, false},
		{OpenAIResponses, `{"type":"response.output_text.delta","delta":""}`, false},
		{OpenAIResponses, `{"type":"response.output_text.done","delta":"a"}`, false},
		{OpenAIResponses, `{"type":"response.mcp_call_arguments.delta","delta":"a"}`, false}, // too rare
		{
			OpenAIResponses, `{"type":"response.output_text.delta","delta":"a","response":{"usage":{"output_tokens":1}}}`, false,
		},
	}
	for _, tt := range tests {
		fast, slow := rowOf(tt.api).decoder(), rowOf(tt.api).decoder()
		slowly(slow)
		var a, b Exchange
		fd, ff := fast.event(sse.Event{Data: []byte(tt.data)})
		sd, sf := slow.event(sse.Event{Data: []byte(tt.data)})
		fast.settle(&a)
		slow.settle(&b)
		if fd.signal != sd.signal || !bytes.Equal(fd.visible, sd.visible) || (ff == nil) != (sf == nil) || !equalTold(a, b) {
			t.Errorf("%s:\nin place %+v %v %+v\nin full  %+v %v %+v", tt.data, fd, ff, a, sd, sf, b)
		}
		if got := readInPlace(rowOf(tt.api).decoder(), tt.data); got != tt.hot {
			t.Errorf("%s: read in place: %v", tt.data, got)
		}
	}
}

func equalTold(a, b Exchange) bool {
	return a.Identity == b.Identity && a.Finish == b.Finish && a.Quirks == b.Quirks &&
		bytes.Equal(a.Usage.Verbatim, b.Usage.Verbatim)
}

func readInPlace(d decoder, data string) (ok bool) {
	switch d := d.(type) {
	case *chatDecoder:
		_, ok = d.fast([]byte(data))
	case *responsesDecoder:
		_, ok = responsesFast([]byte(data))
	case *anthropicDecoder:
		_, ok = anthropicFast([]byte(data))
	}
	return ok
}
