package preset

import (
	"regexp"
	"strconv"
)

// WindowIn is the window that a server names when it refuses a prompt that is too long: the most tokens of a prompt and
// its answer. It is false for a message that names none. Messages of the servers' sources and issue trackers in 2026:
//
//	This model's maximum context length is 32768 tokens. However, …           OpenAI, vLLM, the simulator
//	… the model's context length is only 32768 …                              vLLM
//	Input length (9) exceeds model's maximum context length (8)               vLLM
//	The input (9 tokens) is longer than the model's context length (8 tokens) SGLang
//	request (9 tokens) exceeds the available context size (8 tokens)          llama.cpp
//	prompt is too long: 9 tokens > 8 maximum                                  Claude
//	exceeded model token limit: 8 (requested: 9)                              Kimi
//	input token count (9) exceeds the maximum number of tokens allowed (8)    Gemini
//	Prompt contains 9 tokens, too large for model with 8 …                    Mistral
func WindowIn(message string) (tokens int, ok bool) {
	found := windowText.FindStringSubmatch(message)
	for _, number := range found[min(1, len(found)):] {
		if n, err := strconv.Atoi(number); err == nil && n > 0 {
			return n, true
		}
	}
	return 0, false
}

// windowText has one group for each form. Behind the number something must follow: what a server says is cut short, and
// a number with it.
var windowText = regexp.MustCompile(`(?i)(?:` +
	`context length (?:is|of|is only) (\d{1,9})|context length \((\d{1,9})|context size \((\d{1,9})|` +
	`tokens > (\d{1,9})|token limit: (\d{1,9})|tokens allowed \((\d{1,9})|too large for model with (\d{1,9})|` +
	`max_seq_len[^0-9]{1,12}(\d{1,9})` +
	`)[^0-9…]`)
