package screen

import (
	"testing"
)

func TestMarks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a    answer
		want string
	}{
		{answer{TTFT: is(0.01)}, "▁"},              // below the scale
		{answer{TTFT: is(0.1)}, "▁"},               // its lower end
		{answer{TTFT: is(0.71)}, "▃"},              // log(7.1)/log(300) of 8 steps is 2.7
		{answer{TTFT: is(5.1)}, "▆"},               // 5.5
		{answer{TTFT: is(29)}, "█"},                // 7.95
		{answer{TTFT: is(300)}, "█"},               // above it
		{answer{}, "✗"},                            // no first token
		{answer{TTFT: is(0.1), Failed: true}, "✗"}, // failed after it
	} {
		if got := c.a.mark(style{}); got != c.want {
			t.Errorf("%+v: %s, want %s", c.a, got, c.want)
		}
	}
}
