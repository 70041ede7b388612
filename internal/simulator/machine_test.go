package simulator

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// exact is a profile whose times are easy to add up: a step takes 10 ms, 1 ms for each new prompt
// token, and 2 ms for each decoding sequence; no speculation, no frontend.
func exact() Profile {
	p := small()
	p.Frontend = Frontend{}
	p.Step = StepCost{FixedMS: 10, PrefillUS: 1000, DecodeUS: 2000}
	p.Speculation = Speculation{}
	p.Batch = Batching{MaxSequences: 4, TokenBudget: 20}
	p.Cache.CapacityTokens = 400
	p.MaxContext = 400
	return p
}

// recorded keeps the progress of a sequence.
type recorded struct {
	sequence *sequence
	log      []progress
}

func put(m *machine, at time.Duration, output int, text string) *recorded {
	p := prompted(m.profile, text)
	r := &recorded{sequence: &sequence{prompt: p, tokens: p.Tokens(), output: output, random: *rand.NewPCG(1, 1)}}
	r.sequence.notify = func(p progress) { r.log = append(r.log, p) }
	m.submit(at, r.sequence)
	return r
}

func (r *recorded) instants() string {
	var b strings.Builder
	for _, p := range r.log {
		fmt.Fprintf(&b, "%v:%d ", p.at.Milliseconds(), p.tokens)
	}
	return strings.TrimSpace(b.String())
}

func times(word string, n int) string { return strings.Repeat(word+" ", n) }

// TestSteps follows two sequences through the batch:
//
//	0 ms   A (31 tokens): 20 of them                          10 + 20       = 30
//	30     A: the other 11 → first token; B (10 tokens): 9    10 + 20       = 30
//	60     A decodes (budget 19 left); B: its last → first    10 + 1 + 2    = 13
//	73     both decode; A is done                             10 + 2·2      = 14
//	87     B decodes, done                                    10 + 2        = 12
func TestSteps(t *testing.T) {
	m := newMachine(exact(), nil)
	a, b := put(m, 0, 3, times("a", 30)), put(m, 0, 3, times("b", 9))
	m.advance(time.Second)
	if got, want := a.instants(), "0:0 60:1 73:1 87:1"; got != want {
		t.Errorf("A: %s, want %s", got, want)
	}
	if got, want := b.instants(), "0:0 73:1 87:1 99:1"; got != want {
		t.Errorf("B: %s, want %s", got, want)
	}
	if _, ok := m.next(); ok || m.cache.used() != 0 {
		t.Errorf("not idle at the end: next %v, %d blocks in use", ok, m.cache.used())
	}
}

func TestCachedPrefix(t *testing.T) {
	m := newMachine(exact(), nil)
	put(m, 0, 1, times("a", 31)) // 32 tokens, 8 blocks, the last of which no later word has closed
	m.advance(time.Second)
	b := put(m, time.Second, 1, times("a", 31)+times("b", 8))
	m.advance(2 * time.Second)
	if got, want := b.instants(), "1000:0 1022:1"; got != want { // 28 of 40 tokens cached: 10 + 12
		t.Errorf("%s, want %s", got, want)
	}
	if b.sequence.cached != 28 || m.counts.hits != 28 || m.counts.queries != 72 {
		t.Errorf("cached %d, hits %d of %d; want 28, 28 of 72", b.sequence.cached, m.counts.hits, m.counts.queries)
	}
}

func TestAdmissionWaitsForRoom(t *testing.T) {
	p := exact()
	p.Cache.CapacityTokens = 48 // 12 blocks: one of these at a time
	m := newMachine(p, nil)
	a, b := put(m, 0, 5, times("a", 30)), put(m, 0, 5, times("b", 30))
	m.advance(80 * time.Millisecond)
	if len(a.log) == 0 || len(b.log) != 0 || len(m.waiting) != 1 {
		t.Fatalf("A %s, B %s, %d waiting; want B to wait", a.instants(), b.instants(), len(m.waiting))
	}
	m.advance(time.Second)
	done := a.log[len(a.log)-1].at
	if b.log[0].at != done {
		t.Errorf("B is admitted at %v, want %v, when A is done", b.log[0].at, done)
	}
}

func TestCancelFreesBlocks(t *testing.T) {
	for _, c := range []struct {
		at  time.Duration
		why string
	}{
		{5 * time.Millisecond, "in its first step"},
		{40 * time.Millisecond, "in prefill, some blocks known"},
		{100 * time.Millisecond, "decoding"},
	} {
		p := exact()
		p.Cache.CapacityTokens = 80
		m := newMachine(p, nil)
		a, b := put(m, 0, 20, times("a", 30)), put(m, 0, 20, times("b", 50))
		m.advance(c.at)
		m.cancel(c.at, a.sequence)
		n := len(a.log)
		m.advance(10 * time.Second)
		if len(a.log) != n {
			t.Errorf("%s: tokens after the end", c.why)
		}
		if last := b.log[len(b.log)-1]; !last.done || m.cache.used() != 0 {
			t.Errorf("%s: B done %v, %d blocks in use", c.why, last.done, m.cache.used())
		}
	}
}

// busy runs a machine through a few hundred random jobs with cancellations, and returns all progress as text.
func busy(t *testing.T, seed uint64) string {
	t.Helper()
	p := exact()
	p.Speculation = Speculation{DraftTokens: 3, Acceptance: 0.7}
	p.Batch.TokenBudget = 40
	p.Frontend = Frontend{FixedMS: 3, PerTokenUS: 50}
	m := newMachine(p, nil)
	random := rand.New(rand.NewPCG(seed, 9))
	var jobs []*recorded
	cancelled := map[*recorded]bool{}
	now := time.Duration(0)
	for range 400 {
		now += time.Duration(random.ExpFloat64() * float64(120*time.Millisecond))
		for at, ok := m.next(); ok && at <= now; at, ok = m.next() {
			m.advance(at)
			if all := m.cache.reserved + len(m.cache.index); all > m.capacity {
				t.Fatalf("%d blocks of %d", all, m.capacity)
			}
		}
		m.advance(now)
		j := put(m, now, 1+random.IntN(20), times(string('a'+rune(random.IntN(4))), 1+random.IntN(150)))
		jobs = append(jobs, j)
		if random.IntN(8) == 0 {
			victim := jobs[random.IntN(len(jobs))]
			if n := len(victim.log); n == 0 || !victim.log[n-1].done {
				cancelled[victim] = true
			}
			m.cancel(now, victim.sequence)
		}
	}
	m.advance(now + time.Hour)
	var all strings.Builder
	for i, j := range jobs {
		fmt.Fprintln(&all, j.instants())
		tokens := 0
		for _, p := range j.log {
			tokens += p.tokens
		}
		if !cancelled[j] && (tokens != j.sequence.output || !j.log[len(j.log)-1].done) {
			t.Fatalf("job %d has %d of %d tokens", i, tokens, j.sequence.output)
		}
	}
	if m.cache.used() != 0 || len(m.running)+len(m.waiting)+len(m.arriving) != 0 {
		t.Fatalf("%d blocks in use, %d running, %d waiting at the end", m.cache.used(), len(m.running), len(m.waiting))
	}
	return all.String()
}

func TestEveryJobEnds(t *testing.T) {
	for seed := range uint64(20) {
		first := busy(t, seed)
		if first != busy(t, seed) {
			t.Fatalf("seed %d: two runs differ", seed)
		}
	}
	if busy(t, 1) == busy(t, 2) {
		t.Error("the seed changes nothing")
	}
}

// TestLateOwner checks that the instants do not depend on how often the machine is advanced.
func TestLateOwner(t *testing.T) {
	one, often := newMachine(exact(), nil), newMachine(exact(), nil)
	a, b := put(one, 0, 8, times("a", 60)), put(often, 0, 8, times("a", 60))
	one.advance(time.Minute)
	for at := time.Duration(0); at < time.Second; at += 7 * time.Millisecond {
		often.advance(at)
	}
	if a.instants() != b.instants() {
		t.Errorf("advanced once: %s, often: %s", a.instants(), b.instants())
	}
}

func TestSpeculation(t *testing.T) {
	s := &sequence{output: 1 << 30, random: *rand.NewPCG(5, 6)}
	var counts [5]int
	const n = 200_000
	for range n {
		counts[s.draft(Speculation{DraftTokens: 3, Acceptance: 0.7})]++
	}
	for k, want := range map[int]float64{1: 0.3, 2: 0.21, 3: 0.147, 4: 0.343} { // 0.7^(k−1)·0.3, and all three
		if got := float64(counts[k]) / n; got < want-0.005 || got > want+0.005 {
			t.Errorf("%d tokens in %.3f of the steps, want %.3f", k, got, want)
		}
	}
}

func TestStepCost(t *testing.T) {
	var l stepLoad
	l.chunk(800, 120_000)
	c := StepCost{FixedMS: 5, PrefillUS: 12, AttentionNS: 0.12, PrefixNS: 200}
	// 9.6 + 0.12e-6·800·(120,000 + 400) + 24 = 45.16 ms, as the comment on StepCost has it
	if got, want := c.duration(l, stepEffects{prefill: 1, decode: 1}), 50158400*time.Nanosecond; got != want {
		t.Errorf("%v, want %v", got, want)
	}
	if got, want := c.duration(l, stepEffects{prefill: 2, decode: 3}), 105316800*time.Nanosecond; got != want {
		t.Errorf("twice the prefill and three times the rest: %v, want %v", got, want)
	}
	c = StepCost{FixedMS: 1, WeightsMS: 8, Saturation: 64, DecodeUS: 100, ContextNS: 5}
	l = stepLoad{}
	for range 16 {
		l.decode(100_000)
	}
	if got, want := c.duration(l, stepEffects{prefill: 1, decode: 1}),
		12600*time.Microsecond; got != want { // 1 + 8·16/64 + 1.6 + 8
		t.Errorf("16 decoding: %v, want %v", got, want)
	}
}

func BenchmarkStep(b *testing.B) {
	m := newMachine(together(), nil)
	prompt := prompted(m.profile, times("word", 100_000))
	for i := range 8 {
		s := &sequence{
			prompt: prompt, tokens: prompt.Tokens(), output: 1 << 40, random: *rand.NewPCG(1, uint64(i)),
			notify: func(progress) {},
		}
		m.capacity, s.output = 1<<40, 1<<40
		m.cache.capacity = 1 << 40
		m.submit(0, s)
	}
	m.advance(10 * time.Minute)
	b.ReportAllocs()
	for b.Loop() {
		at, _ := m.next()
		m.advance(at)
	}
}

func TestProfilesAreValid(t *testing.T) {
	var names []string
	for _, p := range Profiles() {
		names = append(names, p.Name)
		if problems := p.Validate(); len(problems) > 0 {
			t.Errorf("%s: %v", p.Name, problems)
		}
	}
	if want := []string{"together", "tensorrt-llm", "sglang", "vllm", "fast"}; !slices.Equal(names, want) {
		t.Errorf("profiles %v, want %v", names, want)
	}
}

func TestParseProfile(t *testing.T) {
	p, err := ParseProfile("p.yml", []byte("name: together\nstep: {fixed_ms: 5}\ncache: {capacity_tokens: 1000000}\n"))
	want := together()
	want.Step.FixedMS, want.Cache.CapacityTokens = 5, 1_000_000
	if err != nil || p != want {
		t.Errorf("%+v, %v; want together with two changes", p, err)
	}
	for _, c := range []struct{ in, want string }{
		{"name: x\nsteps: {}\n", "p.yml: yaml: unmarshal errors:\n  line 2: field steps not found in type simulator.Profile"},
		{"name: x\nstep: {fixed_ms: 0}\n", "p.yml: step.fixed_ms: 0 is not above 0: an engine whose steps take no time " +
			"never lets go of the processor"},
		{
			"name: x\nspeculation: {acceptance: 2}\nstop_ratio: -1\n",
			"p.yml: speculation.acceptance: 2 is not between 0 and 1\np.yml: stop_ratio: -1 is not between 0 and 1",
		},
	} {
		if _, err := ParseProfile("p.yml", []byte(c.in)); err == nil || err.Error() != c.want {
			t.Errorf("%q: %v, want %s", c.in, err, c.want)
		}
	}
}
