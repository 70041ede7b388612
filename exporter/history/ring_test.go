package history

import (
	"slices"
	"testing"
)

func TestRing(t *testing.T) {
	for _, row := range []struct {
		limits []int // of each push of 1, 2, 3, …
		want   []int
	}{
		{[]int{3, 3}, []int{1, 2}},                   // not full
		{[]int{3, 3, 3, 3, 3}, []int{3, 4, 5}},       // the oldest two gone
		{[]int{3, 3, 3, 3, 2}, []int{4, 5}},          // more targets, less room for each
		{[]int{2, 2, 2, 4, 4, 4}, []int{3, 4, 5, 6}}, // and the other way round, from the middle of a turn
		{[]int{1, 1, 1}, []int{3}},
	} {
		var r ring[int]
		for i, limit := range row.limits {
			r.push(i+1, limit)
		}
		if got := r.newest(100); !slices.Equal(got, row.want) {
			t.Errorf("%v: %v, want %v", row.limits, got, row.want)
		}
		if got := r.newest(1); !slices.Equal(got, row.want[len(row.want)-1:]) {
			t.Errorf("%v: newest %v, want %v", row.limits, got, row.want[len(row.want)-1])
		}
		if got := r.newest(0); len(got) != 0 {
			t.Errorf("%v: none asked, %v given", row.limits, got)
		}
	}
}
