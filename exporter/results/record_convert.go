package results

import (
	"encoding/json"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// Optional is a value that JSON can leave out: nil where there is none.
func Optional[T any](v T, ok bool) *T {
	if !ok {
		return nil
	}
	return &v
}

func nanos(d time.Duration, ok bool) *int64 { return Optional(int64(d), ok) }

// duration is for those fields in which 0 says that there was none.
func duration(d time.Duration) *int64 { return nanos(d, d != 0) }

func durationOf(n *int64) time.Duration {
	if n == nil {
		return 0
	}
	return time.Duration(*n)
}

func tokensIn(u chat.Usage) *Tokens {
	t := Tokens{
		Input: Optional(u.Input.Value()), Cached: Optional(u.Cached.Value()), CacheWrite: Optional(u.CacheWrite.Value()),
		Output: Optional(u.Output.Value()), Reasoning: Optional(u.Reasoning.Value()),
	}
	return Optional(t, t != Tokens{})
}

func usageOf(t *Tokens, raw json.RawMessage) chat.Usage {
	u := chat.Usage{Verbatim: raw}
	if t == nil {
		return u
	}
	u.Input, u.Cached, u.CacheWrite = count(t.Input), count(t.Cached), count(t.CacheWrite)
	u.Output, u.Reasoning = count(t.Output), count(t.Reasoning)
	return u
}

func count(n *int64) chat.Count {
	if n == nil {
		return chat.Count{}
	}
	return chat.Counted(*n)
}

// verbatim keeps a usage object that is not JSON as a JSON string: a line must always be one.
func verbatim(usage json.RawMessage) json.RawMessage {
	if len(usage) == 0 || json.Valid(usage) {
		return usage
	}
	quoted, err := json.Marshal(string(usage))
	if err != nil {
		return nil
	}
	return quoted
}

func recallText(r chat.Recall) string {
	switch r {
	case chat.Right:
		return "right"
	case chat.Wrong:
		return "wrong"
	default:
		return ""
	}
}

func recallOf(text string) chat.Recall {
	switch text {
	case "right":
		return chat.Right
	case "wrong":
		return chat.Wrong
	default:
		return chat.NotAsked
	}
}
