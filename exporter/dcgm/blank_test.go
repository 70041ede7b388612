package dcgm

import (
	"math"
	"testing"
)

func TestBlanks(t *testing.T) {
	for _, row := range []struct {
		value int64
		want  blankness
	}{
		{0, present},
		{-1, present},
		{blankInt32 - 1, present},
		{blankInt32, blankNull},
		{blankInt32 + 1, blankAbsent},
		{blankInt32 + 2, blankLacking},
		{blankInt32 + 3, blankDenied},
		{blankInt32 + 4, present},
		{math.MaxInt32, present},
		{1 << 40, present}, // byte counters pass through here
		{blankInt64 - 1, present},
		{blankInt64, blankNull},
		{blankInt64 + 1, blankAbsent},
		{blankInt64 + 2, blankLacking},
		{blankInt64 + 3, blankDenied},
		{math.MaxInt64, blankNull}, // everything from the blank up
	} {
		if got := blankInt(row.value); got != row.want {
			t.Errorf("integer %d: %d, want %d", row.value, got, row.want)
		}
	}
	for _, row := range []struct {
		value float64
		want  blankness
	}{
		{0, present},
		{1 << 46, present},
		{blankFP64 + 0.5, present},
		{blankFP64 + 4, present},
		{1e18, present},
		{blankFP64, blankNull},
		{blankFP64 + 1, blankAbsent},
		{blankFP64 + 2, blankLacking},
		{blankFP64 + 3, blankDenied},
		{math.NaN(), blankNull},
		{math.Inf(1), blankNull},
	} {
		if got := blankFloat(row.value); got != row.want {
			t.Errorf("double %v: %d, want %d", row.value, got, row.want)
		}
	}
	for text, want := range map[string]bool{
		"": true, "<<<NULL>>>": true, "<<<NOT_SUPPORTED>>>": true, "NVIDIA B200": false,
	} {
		if got := blankString(text); got != want {
			t.Errorf("text %q: %v, want %v", text, got, want)
		}
	}
}
