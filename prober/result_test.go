package prober

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// ideal is a result with every instant, at round times after its slot:
//
//	t0 0 ─ t1 10ms ─ t2 110ms ─ t3 160ms ─ t6 1.110s ─ t6o 2.110s ─ t7 11.110s ─ t8 11.5s
func ideal() Result {
	t0 := time.Unix(1_000_000, 0)
	at := func(ms int) time.Time { return t0.Add(time.Duration(ms) * time.Millisecond) }
	r := Result{Target: "t", Scheduled: t0}
	r.Turn = workload.Turn{Tokens: 90_000, Phase: workload.Warm}
	r.Outcome = chat.OK
	r.Instants = chat.Instants{
		Started: at(10), Connected: at(110), Written: at(160), Headers: at(1000),
		FirstToken: at(1110), FirstOutput: at(2110), LastToken: at(11110), End: at(11500),
	}
	r.Usage.Input, r.Usage.Output = chat.Counted(100_000), chat.Counted(201)
	r.Whole = evenly(r.FirstToken, r.LastToken, 201)
	return r
}

// show is "value" or "-" for what did not happen.
func show[T any](v T, ok bool) string {
	if !ok {
		return "-"
	}
	return fmt.Sprint(v)
}

func TestResult(t *testing.T) {
	rows := []struct {
		name                                                               string
		change                                                             func(*Result)
		lag, setUp, ttft, fromSchedule, output, wait, duration, inter, tps string
	}{
		{"new connection", func(*Result) {}, // its handshake is not the server's latency
			"10ms", "100ms", "1s", "1.11s", "2s", "950ms", "11.1s", "50ms", "20"},
		{
			"reused", func(r *Result) { r.Reused = true },
			"10ms", "100ms", "1.1s", "1.11s", "2.1s", "950ms", "11.1s", "50ms", "20",
		},
		{
			"reasoning only", func(r *Result) { r.FirstOutput = time.Time{} },
			"10ms", "100ms", "1s", "1.11s", "-", "950ms", "11.1s", "50ms", "20",
		},
		{ // no instant that it did not have
			"refused", func(r *Result) {
				at := chat.Instants{Started: r.Started, End: r.End}
				*r = Result{Scheduled: r.Scheduled, Exchange: chat.Exchange{Outcome: chat.Refused, Instants: at}}
			},
			"10ms", "-", "-", "-", "-", "-", "-", "-", "-",
		},
		{ // had its first token, but the number of tokens is unknown
			"truncated", func(r *Result) { r.Outcome = chat.Truncated },
			"10ms", "100ms", "1s", "1.11s", "2s", "950ms", "11.1s", "-", "-",
		},
		{
			"fifteen tokens", func(r *Result) { r.Usage.Output = chat.Counted(15) },
			"10ms", "100ms", "1s", "1.11s", "2s", "950ms", "11.1s", "-", "-",
		},
		{
			"sixteen tokens", func(r *Result) {
				r.Usage.Output, r.Whole = chat.Counted(16), evenly(r.FirstToken, r.LastToken, 16)
			},
			"10ms", "100ms", "1s", "1.11s", "2s", "950ms", "11.1s", "666.666666ms", "1.5",
		},
		{"no usage", func(r *Result) { r.Usage = chat.Usage{} }, // chunks are not tokens
			"10ms", "100ms", "1s", "1.11s", "2s", "950ms", "11.1s", "-", "-"},
		{ // no span to divide by
			"all at once", func(r *Result) {
				r.LastToken, r.Whole = r.FirstToken, evenly(r.FirstToken, r.FirstToken, 201)
			},
			"10ms", "100ms", "1s", "1.11s", "2s", "950ms", "1.1s", "-", "-",
		},
	}
	for _, row := range rows {
		r := ideal()
		row.change(&r)
		got := []string{
			show(r.Lag()), show(r.SetUp()), show(r.TTFT()), show(r.TTFTFromSchedule()), show(r.TimeToFirstOutput()),
			show(r.ServerWait()), show(r.Duration()), show(r.InterToken()), show(r.TPS()),
		}
		want := []string{
			row.lag, row.setUp, row.ttft, row.fromSchedule, row.output, row.wait, row.duration, row.inter, row.tps,
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%s: lag, set-up, TTFT, from schedule, output, wait, duration, inter-token, TPS\n got %q\nwant %q",
					row.name, got, want)
				break
			}
		}
	}
}

func TestResultContext(t *testing.T) {
	r := ideal()
	if n, reported := r.InputTokens(); n != 100_000 || !reported || r.Context() != "le_120k" {
		t.Errorf("%d %v %s", n, reported, r.Context())
	}
	r.Usage.Input = chat.Count{} // said nothing: as expected, and marked so
	if n, reported := r.InputTokens(); n != 90_000 || reported {
		t.Errorf("%d %v", n, reported)
	}
	if r.Turn.Phase = workload.Bootstrap; r.Steady() {
		t.Error("a bootstrap turn is not of the steady load")
	}
}

func TestCost(t *testing.T) {
	cached, write := 0.2, 1.5
	usage := func(in, hit, written, out int64) chat.Usage {
		return chat.Usage{
			Input: chat.Counted(in), Cached: chat.Counted(hit), CacheWrite: chat.Counted(written), Output: chat.Counted(out),
		}
	}
	rows := []struct {
		name   string
		prices Prices
		usage  chat.Usage
		want   float64
		ok     bool
	}{
		{"published: 88k in, 450 out", Prices{Input: 5, Output: 25}, usage(88_000, 0, 0, 450), 0.45125, true},
		{
			"cached",
			Prices{Input: 1.2, Cached: &cached, Output: 4.5},
			usage(100_000, 96_000, 0, 450),
			0.0048 + 0.0192 + 0.002025, true,
		},
		{ // as if it were not cached
			"no cached price", Prices{Input: 1.2, Output: 4.5}, usage(100_000, 96_000, 0, 450), 0.12 + 0.002025, true,
		},
		{
			"cache writes",
			Prices{Input: 1, Cached: &cached, CacheWrite: &write, Output: 5},
			usage(100_000, 90_000, 8_000, 0),
			0.002 + 0.018 + 0.012, true,
		},
		{"no usage", Prices{Input: 1}, chat.Usage{}, 0, false}, // not free: unknown
	}
	for _, r := range rows {
		if got, ok := r.prices.Cost(r.usage); ok != r.ok || math.Abs(got-r.want) > 1e-9 {
			t.Errorf("%s: %v %v, want %v %v", r.name, got, ok, r.want, r.ok)
		}
	}
}
