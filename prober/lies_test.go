package prober

import (
	"context"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/prober/budget"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// liar answers as its server does and reports another number of input tokens. It knows the truth.
type liar struct {
	*server
	report func(truth int64) int64

	mu      sync.Mutex
	in, out int64
}

func (l *liar) Send(ctx context.Context, r *chat.Request, first func(time.Time)) chat.Exchange {
	x := l.server.Send(ctx, r, first)
	truth, ok := x.Usage.Input.Value()
	if !ok {
		return x
	}
	out, _ := x.Usage.Output.Value()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.in, l.out = l.in+truth, l.out+out
	x.Usage.Input = chat.Counted(l.report(truth))
	return x
}

// TestLyingServers: whatever a server reports, an hour spends no more than the cap allows, the ledger holds what was
// spent, no body is larger than a few times what was asked for, and the cost by our own count is right within a tenth.
func TestLyingServers(t *testing.T) {
	const limit = 6_000_000
	prices := &Prices{Input: 5, Output: 25}
	for _, row := range []struct {
		name   string
		report func(truth int64) int64
		alerts bool // FirsttokenCostDisagreement: the reported cost is below half or above twice the estimate
	}{
		{"the truth", func(truth int64) int64 { return truth }, false},
		{"ten tokens", func(int64) int64 { return 10 }, true},
		{"5 %", func(truth int64) int64 { return truth / 20 }, true},
		{"2^63", func(int64) int64 { return math.MaxInt64 }, true},
		{"none", func(int64) int64 { return 0 }, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			ledger := newFakeLedger("t", budget.Limits{TokensPerDay: limit})
			server := &liar{server: newServer(1), report: row.report}
			target := example("t", ProfileWatch)
			target.Prices = prices
			events := runSender(t, target, ledger, server, time.Hour, nil)
			estimated, reported := 0.0, 0.0
			for _, r := range of[Result](events) {
				if most := int64(target.ceilings(workload.Estimate{}).bytes); r.Sent > most {
					t.Errorf("%s: a body of %d bytes, more than %d", row.name, r.Sent, most)
				}
				if dollars, ok := target.EstimateCost(r); ok {
					estimated += dollars
					claimed, _ := prices.Cost(r.Usage)
					reported += claimed
				}
			}
			if share := reported / estimated; (share > 0 && share < 0.5 || share > 2) != row.alerts {
				t.Errorf("%s: reports %.3g times the estimated cost", row.name, share)
			}
			truth := (float64(server.in)*prices.Input + float64(server.out)*prices.Output) / 1e6
			if used := server.in + server.out; used > limit || used < limit/10 || float64(used) > 1.02*ledger.settled() {
				t.Errorf("%s: %d tokens were used of %d, %.0f are charged", row.name, used, limit, ledger.settled())
			}
			if off := estimated/truth - 1; math.Abs(off) > 0.1 {
				t.Errorf("%s: the estimate of $%.2f is off by %.0f %%", row.name, truth, 100*off)
			}
		})
	}
}
