package prober

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// Whatever a server says of its tokens, no rate exceeds what the reads allow: the tokens that were streamed, over the
// time from the first read to the last. Fewer than four reads have none.
func TestRateIsWithinTheReceipts(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // repeatable
	rates := 0
	answers := 200_000
	if testing.Short() {
		answers = 40_000
	}
	for range answers {
		r := randomAnswer(random)
		tps, counted := r.TPS()
		guess, estimated := r.EstimatedTPS()
		if !counted && !estimated {
			continue
		}
		rates++
		output, _ := r.Usage.Output.Value()
		hidden, _ := r.HiddenTokens()
		receipts, most := r.Whole, float64(output-hidden)
		if hidden > 0 || r.hidesUncounted() {
			receipts = r.Answer
		}
		if estimated {
			tps, most = guess, float64(receipts.Events)
		}
		if receipts.Reads < 4 || tps > most/receipts.Span().Seconds() || counted == estimated {
			t.Fatalf("TPS %g, %v of %g tokens in %v: %+v", tps, counted, most, receipts.Span(), r.Exchange)
		}
	}
	if rates < 1000 {
		t.Errorf("only %d of the answers had a rate", rates)
	}
}

// randomAnswer has receipts that a stream can have, and a usage that may contradict them.
func randomAnswer(random *rand.Rand) Result {
	r := Result{}
	r.Outcome = chat.OK
	r.Whole = randomReceipts(random, 1+random.IntN(400))
	r.Answer = randomReceipts(random, 1+random.IntN(r.Whole.Events))
	r.ReasoningEvents = random.IntN(r.Whole.Events)
	r.Reasons = random.IntN(2) == 0
	if random.IntN(4) > 0 {
		r.Usage.Output = chat.Counted(random.Int64N(10_000))
	}
	if output, ok := r.Usage.Output.Value(); ok && random.IntN(2) == 0 {
		r.Usage.Reasoning = chat.Counted(random.Int64N(output + 1))
	}
	return r
}

func randomReceipts(random *rand.Rand, events int) chat.Receipts {
	first := time.Unix(1_000_000, 0)
	span := time.Duration(random.Int64N(int64(1) << random.IntN(36)))
	reads := 1 + random.IntN(events)
	if reads == 1 {
		span = 0
	}
	return chat.Receipts{
		Reads: reads, Events: events, FirstEvents: 1 + random.IntN(events-reads+1), First: first, Last: first.Add(span),
	}
}
