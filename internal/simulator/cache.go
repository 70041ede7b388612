package simulator

import "slices"

// cache is the memory for keys and values, counted in blocks. A block is either reserved (promised
// to a running sequence, content private) or known by its hash; a known block is pinned by the
// sequences that use it, or idle and the next to be evicted when it has been idle longest.
//
//	capacity ≥ reserved + known,  known = pinned + idle
//
// A sequence that pins a block pins all before it, and release unpins the last block first. So a block
// has always been idle at least as long as the one before it, and the plain list of idle blocks evicts
// leaves first without knowing the tree.
type cache struct {
	capacity int
	reserved int
	idle     int
	index    map[uint64]int32
	blocks   []block // blocks[0] is the head of the ring of idle blocks: next is the oldest
	unused   []int32 // places in blocks
}

type block struct {
	hash       uint64
	pins       int32
	prev, next int32 // in the ring of idle blocks
}

func newCache(capacity int) *cache {
	return &cache{capacity: capacity, index: make(map[uint64]int32), blocks: make([]block, 1)}
}

// used is the number of blocks that running sequences hold.
func (c *cache) used() int { return c.reserved + len(c.index) - c.idle }

// match counts the blocks, from the first on, that are known.
func (c *cache) match(hashes []uint64) int {
	for i, h := range hashes {
		if _, ok := c.index[h]; !ok {
			return i
		}
	}
	return len(hashes)
}

// insert makes blocks known, all idle. Those that find no room are not.
func (c *cache) insert(hashes []uint64) {
	known := c.match(hashes)
	held := c.pin(hashes[:known])
	for _, h := range hashes[known:] {
		if !c.reserve(1, c.capacity) {
			break
		}
		held = append(held, c.commit(h))
	}
	c.release(held, 0)
}

// pin pins known blocks and returns their places.
func (c *cache) pin(hashes []uint64) []int32 {
	held := make([]int32, len(hashes))
	for i, h := range hashes {
		held[i] = c.index[h]
		c.hold(held[i])
	}
	return held
}

func (c *cache) hold(i int32) {
	b := &c.blocks[i]
	if b.pins == 0 {
		c.blocks[b.prev].next, c.blocks[b.next].prev = b.next, b.prev
		c.idle--
	}
	b.pins++
}

// reserve promises n blocks, and evicts idle ones to make room. limit is the capacity at this moment.
func (c *cache) reserve(n, limit int) bool {
	if c.used()+n > limit {
		return false
	}
	c.reserved += n
	c.shrink(limit)
	return true
}

// shrink evicts idle blocks until no more than limit are in use or known.
func (c *cache) shrink(limit int) {
	for c.reserved+len(c.index) > limit && c.idle > 0 {
		c.evict()
	}
}

func (c *cache) evict() {
	oldest := c.blocks[0].next
	c.hold(oldest)
	delete(c.index, c.blocks[oldest].hash)
	c.blocks[oldest] = block{}
	c.unused = append(c.unused, oldest)
}

// commit turns a reserved block into a known, pinned one. If another sequence has computed the same block
// meanwhile, its block is used and ours is free again.
func (c *cache) commit(hash uint64) int32 {
	c.reserved--
	if i, ok := c.index[hash]; ok {
		c.hold(i)
		return i
	}
	i := c.place()
	c.blocks[i] = block{hash: hash, pins: 1}
	c.index[hash] = i
	return i
}

func (c *cache) place() int32 {
	if n := len(c.unused); n > 0 {
		i := c.unused[n-1]
		c.unused = c.unused[:n-1]
		return i
	}
	c.blocks = append(c.blocks, block{})
	return int32(len(c.blocks) - 1)
}

// release unpins a sequence's known blocks, the last first, and returns what it had reserved.
func (c *cache) release(held []int32, reserved int) {
	c.reserved -= reserved
	for _, place := range slices.Backward(held) {
		b := &c.blocks[place]
		if b.pins--; b.pins == 0 {
			newest := c.blocks[0].prev
			b.prev, b.next = newest, 0
			c.blocks[newest].next, c.blocks[0].prev = place, place
			c.idle++
		}
	}
}
