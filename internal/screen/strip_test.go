package screen

import (
	"testing"
)

func TestMarks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a    mark
		want string
	}{
		{mark{TTFT: is(0.01)}, "▁"},              // below the scale
		{mark{TTFT: is(0.1)}, "▁"},               // its lower end
		{mark{TTFT: is(0.71)}, "▃"},              // log(7.1)/log(300) of 8 steps is 2.7
		{mark{TTFT: is(5.1)}, "▆"},               // 5.5
		{mark{TTFT: is(29)}, "█"},                // 7.95
		{mark{TTFT: is(300)}, "█"},               // above it
		{mark{}, "✗"},                            // no first token
		{mark{TTFT: is(0.1), Failed: true}, "✗"}, // failed after it
	} {
		if got := c.a.draw(style{}); got != c.want {
			t.Errorf("%+v: %s, want %s", c.a, got, c.want)
		}
	}
}
