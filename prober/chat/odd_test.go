package chat

import (
	"slices"
	"testing"
)

// oddStreams are streams that no vendor documents and some server sends, or may.
func oddStreams() []hand {
	return slices.Concat(oddChat(), oddUsage(), oddResponses(), oddMessages())
}

func oddChat() []hand {
	return []hand{
		// no channel that is known
		{
			"audio-only", OpenAIChat,
			summary{Empty, -1, -1, -1, 0, 4000, 1024, 20, -1, "stop", "m", ""},
			"finish reason stop",
		},
		// every chunk stands for itself: there is no opening to miss
		{"chat-no-role", OpenAIChat, summary{OK, 0, 0, 0, 1, 4000, 1024, 20, -1, "stop", "m", ""}, ""},
		// the first choice has index 1
		{"choice-from-one", OpenAIChat, summary{OK, 1, 1, 1, 1, 4000, 1024, 20, -1, "stop", "m", ""}, ""},
		{"choices-null", OpenAIChat, summary{OK, 1, 1, 1, 1, 4000, 1024, 20, -1, "stop", "m", ""}, ""},
		// a content of a shape that nobody prescribes
		{
			"content-nested-object", OpenAIChat,
			summary{Empty, -1, -1, -1, 0, 4000, 1024, 20, -1, "stop", "m", ""},
			"finish reason stop",
		},
		{"delta-null", OpenAIChat, summary{OK, 2, 2, 2, 1, 4000, 1024, 20, -1, "stop", "m", ""}, ""},
		{
			"error-string-after-tokens", OpenAIChat,
			summary{Broken, 1, 1, 1, 1, -1, -1, -1, -1, "", "m", ""},
			"CUDA out of memory",
		},
		// a whole answer, not a stream
		{
			"message-instead-of-delta", OpenAIChat,
			summary{Empty, -1, -1, -1, 0, 4000, 1024, 20, -1, "stop", "m", ""},
			"finish reason stop",
		},
		// reasoning under another name
		{
			"minimax-reasoning-details", OpenAIChat,
			summary{OK, 1, 2, 2, 2, 4000, 1024, 20, -1, "stop", "m", ""},
			"",
		},
		// the first name is reported
		{"model-changes", OpenAIChat, summary{OK, 1, 1, 2, 2, 4000, 1024, 20, -1, "stop", "m", ""}, ""},
		{"no-choices-key", OpenAIChat, summary{OK, 1, 1, 1, 1, 4000, 1024, 20, -1, "stop", "m", ""}, ""},
		// before the first event, and escaped inside of one
		{"nul-bytes", OpenAIChat, summary{OK, 1, 1, 1, 1, 4000, 1024, 20, -1, "stop", "m", ""}, ""},
		{
			"status-in-200", OpenAIChat,
			summary{Broken, -1, -1, -1, 0, -1, -1, -1, -1, "", "", ""},
			"model is loading",
		},
		{
			"success-false", OpenAIChat,
			summary{Broken, -1, -1, -1, 0, -1, -1, -1, -1, "", "", ""},
			"1113: quota",
		},
		// they were seen, so they count
		{"tokens-after-finish", OpenAIChat, summary{OK, 1, 1, 3, 2, 4000, 1024, 20, -1, "stop", "m", ""}, ""},
		// a call where a list belongs
		{
			"tool-calls-object", OpenAIChat,
			summary{Broken, -1, -1, -1, 0, -1, -1, -1, -1, "", "m", ""},
			"malformed JSON in an event",
		},
		// the one that came first is followed
		{
			"two-choices-in-one-chunk", OpenAIChat,
			summary{OK, 1, 1, 1, 1, 4000, 1024, 20, -1, "stop", "m", ""},
			"",
		},
		// the count is that of both
		{"two-choices", OpenAIChat, summary{OK, 2, 2, 4, 2, 4000, -1, 40, -1, "stop", "m", ""}, ""},
		{
			"completions-no-usage", OpenAICompletions,
			summary{OK, 0, 0, 0, 1, -1, -1, -1, -1, "stop", "m", ""},
			"",
		},
		// one user sees one of them
		{
			"completions-two-choices", OpenAICompletions,
			summary{OK, 0, 0, 0, 1, 4000, 1024, 20, -1, "stop", "m", ""},
			"",
		},
	}
}

func oddUsage() []hand {
	return []hand{
		// a count before the first token is none of the answer
		{
			"usage-before-first-token", OpenAIChat,
			summary{OK, 1, 1, 1, 1, 4000, -1, -1, -1, "stop", "m", ""},
			"",
		},
		// a part of an unknown whole is unknown
		{"usage-cached-only", OpenAIChat, summary{OK, 1, 1, 2, 2, -1, -1, 20, -1, "stop", "m", ""}, ""},
		// PHP's empty object takes nothing from the rest
		{"usage-details-list", OpenAIChat, summary{OK, 1, 1, 2, 2, 4000, -1, 20, -1, "stop", "m", ""}, ""},
		{"usage-empty-object", OpenAIChat, summary{OK, 1, 1, 2, 2, -1, -1, -1, -1, "stop", "m", ""}, ""},
		// 4000.0 and 4.02e3 are whole
		{"usage-floats", OpenAIChat, summary{OK, 1, 1, 2, 2, 4000, -1, 20, -1, "stop", "m", ""}, ""},
		{"usage-fraction", OpenAIChat, summary{OK, 1, 1, 2, 2, -1, -1, 20, -1, "stop", "m", ""}, ""},
		// no prompt is empty
		{"usage-input-zero", OpenAIChat, summary{OK, 1, 1, 2, 2, -1, -1, 20, -1, "stop", "m", ""}, ""},
		{"usage-negative", OpenAIChat, summary{OK, 1, 1, 2, 2, -1, -1, 20, -1, "stop", "m", ""}, ""},
		// a text
		{"usage-no-object", OpenAIChat, summary{OK, 1, 1, 2, 2, -1, -1, -1, -1, "stop", "m", ""}, ""},
		// tokens came
		{"usage-output-zero", OpenAIChat, summary{OK, 1, 1, 2, 2, 4000, -1, -1, -1, "stop", "m", ""}, ""},
		// the last running count stands
		{"usage-running-then-none", OpenAIChat, summary{OK, 1, 1, 2, 2, 4000, -1, 2, -1, "stop", "m", ""}, ""},
		{"usage-strings", OpenAIChat, summary{OK, 1, 1, 2, 2, -1, -1, -1, -1, "stop", "m", ""}, ""},
	}
}

func oddResponses() []hand {
	return []hand{
		{
			"responses-completed-bare", OpenAIResponses,
			summary{OK, 1, 1, 1, 1, -1, -1, -1, -1, "completed", "m", ""},
			"",
		},
		{
			"responses-done-instead", OpenAIResponses,
			summary{Truncated, 1, 1, 1, 1, -1, -1, -1, -1, "", "m", ""},
			"without its finish marker",
		},
		// a text without deltas is no stream
		{
			"responses-done-text-only", OpenAIResponses,
			summary{Empty, -1, -1, -1, 0, 4000, 1024, 20, 4, "completed", "m", ""},
			"finish reason completed",
		},
		{
			"responses-model-changes", OpenAIResponses,
			summary{OK, 1, 1, 1, 1, 4000, 1024, 20, 4, "completed", "m", ""},
			"",
		},
		{
			"responses-no-opening", OpenAIResponses,
			summary{OK, 0, 0, 1, 2, 4000, 1024, 20, 4, "completed", "m", ""},
			"",
		},
		{
			"responses-no-usage", OpenAIResponses,
			summary{OK, 1, 1, 1, 1, -1, -1, -1, -1, "completed", "m", ""},
			"",
		},
	}
}

func oddMessages() []hand {
	return []hand{
		// neither opening nor usage
		{"anthropic-bare-deltas", AnthropicMessages, summary{OK, 0, 0, 0, 1, -1, -1, -1, -1, "", "", ""}, ""},
		// a token behind the stop reason
		{
			"anthropic-delta-after-stop", AnthropicMessages,
			summary{OK, 2, 2, 5, 2, 4000, 1988, 20, -1, "end_turn", "m", ""},
			"",
		},
		// OpenAI's end is not its own
		{
			"anthropic-done-instead-of-stop", AnthropicMessages,
			summary{Truncated, 2, 2, 2, 1, 4000, 1988, 20, -1, "end_turn", "m", ""},
			"without its finish marker",
		},
		// what it says is believed wherever it stands
		{
			"anthropic-late-opening", AnthropicMessages,
			summary{OK, 1, 1, 1, 1, 4000, 1988, 20, -1, "end_turn", "m", ""},
			"",
		},
		// the answer is not counted
		{
			"anthropic-no-final-usage", AnthropicMessages,
			summary{OK, 2, 2, 2, 1, 4000, 1988, -1, -1, "end_turn", "m", ""},
			"",
		},
		// nor is there a stop reason
		{
			"anthropic-no-message-delta", AnthropicMessages,
			summary{OK, 2, 2, 2, 1, 4000, 1988, -1, -1, "", "m", ""},
			"",
		},
		// 0 is no size of a prompt
		{
			"anthropic-no-opening-cached-zero", AnthropicMessages,
			summary{OK, 1, 1, 1, 1, -1, -1, 20, -1, "end_turn", "", ""},
			"",
		},
		// the end counts the prompt as well
		{
			"anthropic-no-opening-counted", AnthropicMessages,
			summary{OK, 1, 1, 1, 1, 4000, 1988, 20, -1, "end_turn", "", ""},
			"",
		},
		// as llama.cpp does when an answer begins with half a character
		{
			"anthropic-no-opening", AnthropicMessages,
			summary{OK, 1, 1, 2, 2, -1, -1, 20, -1, "end_turn", "", ""},
			"",
		},
	}
}

// quirksOf are those of the streams that have any.
func quirksOf() map[string]Quirks {
	return map[string]Quirks{
		"anthropic-bare-deltas":            QuirksOf(QuirkNoOpening, QuirkNoUsage),
		"anthropic-delta-after-stop":       QuirksOf(QuirkTokenAfterEnd),
		"anthropic-no-final-usage":         QuirksOf(QuirkNoOutputCount),
		"anthropic-no-message-delta":       QuirksOf(QuirkNoOutputCount),
		"anthropic-no-opening":             QuirksOf(QuirkNoOpening, QuirkNoInputCount),
		"anthropic-no-opening-cached-zero": QuirksOf(QuirkNoOpening, QuirkNoInputCount, QuirkImpossibleCount),
		"anthropic-no-opening-counted":     QuirksOf(QuirkNoOpening),
		"blank-first":                      QuirksOf(QuirkNoUsage),
		"completions-no-usage":             QuirksOf(QuirkNoUsage),
		"completions-two-choices":          QuirksOf(QuirkOtherChoice),
		"legal-oddities":                   QuirksOf(QuirkNoUsage),
		"model-changes":                    QuirksOf(QuirkModelChanged),
		"no-usage":                         QuirksOf(QuirkNoUsage),
		"responses-completed-bare":         QuirksOf(QuirkNoUsage),
		"responses-model-changes":          QuirksOf(QuirkModelChanged),
		"responses-no-opening":             QuirksOf(QuirkNoOpening),
		"responses-no-usage":               QuirksOf(QuirkNoUsage),
		"tokens-after-finish":              QuirksOf(QuirkTokenAfterEnd),
		"two-choices":                      QuirksOf(QuirkOtherChoice),
		"two-choices-in-one-chunk":         QuirksOf(QuirkOtherChoice),
		"usage-before-first-token":         QuirksOf(QuirkNoOutputCount, QuirkImpossibleCount),
		"usage-beyond-all":                 QuirksOf(QuirkNoInputCount, QuirkNoOutputCount, QuirkImpossibleCount),
		"usage-cached-only":                QuirksOf(QuirkNoInputCount),
		"usage-empty-object":               QuirksOf(QuirkNoInputCount, QuirkNoOutputCount),
		"usage-fraction":                   QuirksOf(QuirkNoInputCount, QuirkImpossibleCount),
		"usage-inflated":                   QuirksOf(QuirkUnseenOutput),
		"usage-input-zero":                 QuirksOf(QuirkNoInputCount, QuirkImpossibleCount),
		"usage-more-cached-than-input":     QuirksOf(QuirkImpossibleCount),
		"usage-more-reasoning-than-output": QuirksOf(QuirkImpossibleCount),
		"usage-negative":                   QuirksOf(QuirkNoInputCount, QuirkImpossibleCount),
		"usage-no-object":                  QuirksOf(QuirkNoInputCount, QuirkNoOutputCount),
		"usage-output-zero":                QuirksOf(QuirkNoOutputCount, QuirkImpossibleCount),
		"usage-strings":                    QuirksOf(QuirkNoInputCount, QuirkNoOutputCount, QuirkImpossibleCount),
	}
}

// An answer that departs from its dialect says so, read in place or in full; one that does not, or failed, has no
// quirk.
func TestQuirks(t *testing.T) {
	for _, s := range everyStream(t) {
		for _, slow := range []bool{false, true} {
			x := replay(s.api, &script{data: s.data}, way{slow: slow})
			want := quirksOf()[s.name]
			if s.hand && !want.Has(QuirkUnseenOutput) {
				x.Quirks &^= QuirksOf(QuirkUnseenOutput) // streams by hand are shorter than their usage says
			}
			if x.Quirks != want || x.Quirks != 0 && x.Outcome != OK {
				t.Errorf("%s: %s, quirks %q, want %q", s.name, x.Outcome, x.Quirks.List(), want.List())
			}
		}
	}
}

// Every quirk has a meaning, and a stream that shows it.
func TestQuirksAreShown(t *testing.T) {
	shown := Quirks(0)
	for _, set := range quirksOf() {
		shown |= set
	}
	for _, name := range declared(t, "quirk.go", "Quirk") {
		if q := Quirk(name); q.Meaning() == "" || !shown.Has(q) {
			t.Errorf("%s: meaning %q, shown by a stream: %v", q, q.Meaning(), shown.Has(q))
		}
	}
	if got, want := len(AllQuirks()), len(declared(t, "quirk.go", "Quirk")); got != want {
		t.Errorf("%d rows, %d constants", got, want)
	}
}
