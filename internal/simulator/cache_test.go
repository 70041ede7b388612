package simulator

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// run of hashes from a to b, exclusive.
func run(a, b uint64) []uint64 {
	var h []uint64
	for ; a < b; a++ {
		h = append(h, a)
	}
	return h
}

// fill computes a prompt of new blocks and releases it.
func (c *cache) computed(hashes []uint64) []int32 {
	known := c.match(hashes)
	held := c.pin(hashes[:known])
	c.reserve(len(hashes)-known, c.capacity)
	for _, h := range hashes[known:] {
		held = append(held, c.commit(h))
	}
	return held
}

func TestCacheEvictsTheLongestIdleLeavesFirst(t *testing.T) {
	c := newCache(10)
	c.release(c.computed(run(100, 104)), 0)
	c.release(c.computed(run(200, 204)), 0)
	c.release(c.pin(run(100, 102)), 0) // 100 and 101 are used again, 102 and 103 are not
	if !c.reserve(5, 10) {
		t.Fatal("no room for 5 beside 8 idle blocks")
	}
	// 3 must go: 103 then 102, idle since the first release, then 203, the leaf of the second.
	for h, want := range map[uint64]bool{
		100: true, 101: true, 102: false, 103: false, 200: true, 201: true, 202: true,
		203: false,
	} {
		if _, got := c.index[h]; got != want {
			t.Errorf("block %d known: %v, want %v", h, got, want)
		}
	}
	if c.reserve(6, 10) {
		t.Error("11 blocks promised of 10")
	}
	if c.used() != 5 {
		t.Errorf("%d blocks in use, want the 5 promised", c.used())
	}
}

func TestCacheComputedTwiceIsKeptOnce(t *testing.T) {
	c := newCache(10)
	c.reserve(2, 10)
	first, second := c.commit(7), c.commit(7)
	if first != second || c.used() != 1 {
		t.Errorf("places %d and %d, %d blocks in use; want one", first, second, c.used())
	}
	c.release([]int32{first}, 0)
	if c.idle != 0 {
		t.Error("idle while the second still holds it")
	}
}

// TestCacheInvariants drives a cache at random. It is never above capacity, a known block never has an unknown
// predecessor, and at the end everything is idle.
func TestCacheInvariants(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	c := newCache(64)
	type holder struct {
		held     []int32
		reserved int
	}
	var holders []holder
	for range 20_000 {
		if n := len(holders); n > 0 && random.IntN(2) == 0 {
			i := random.IntN(n)
			c.release(holders[i].held, holders[i].reserved)
			holders = slices.Delete(holders, i, i+1)
			continue
		}
		chain := uint64(random.IntN(6)) * 1000
		hashes := run(chain, chain+uint64(1+random.IntN(24)))
		known := c.match(hashes)
		held := c.pin(hashes[:known])
		rest := len(hashes) - known + 2
		if !c.reserve(rest, c.capacity) {
			c.release(held, 0)
			continue
		}
		for _, h := range hashes[known:] {
			held = append(held, c.commit(h))
		}
		holders = append(holders, holder{held, 2})
		if all := c.reserved + len(c.index); all > c.capacity {
			t.Fatalf("%d blocks of %d", all, c.capacity)
		}
		for h := range c.index {
			if _, ok := c.index[h-1]; h%1000 != 0 && !ok {
				t.Fatalf("block %d is known and the one before it is not", h)
			}
		}
	}
	for _, h := range holders {
		c.release(h.held, h.reserved)
	}
	if c.used() != 0 || c.idle != len(c.index) {
		t.Errorf("%d blocks in use, %d of %d idle after the last release", c.used(), c.idle, len(c.index))
	}
}
