package metrics

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/probertest"
)

func answered(in, out int64) prober.Result {
	usage := chat.Usage{Input: chat.Counted(in), Output: chat.Counted(out)}
	return probertest.WarmWith(func(r *prober.Result) { r.Usage = usage })
}

// synctest starts at midnight UTC, on a minute.
func TestMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.Sleep(20 * time.Second) // the target starts within a minute, which is not a whole one
		m, reg := newTestTargets(t)
		done := make(chan struct{})
		go func() { m.Run(ctx); close(done) }()

		m.Observe(answered(7_000, 70))
		time.Sleep(40 * time.Second) // 00:01:00
		synctest.Wait()
		check := func(count, in, out float64) {
			t.Helper()
			got := values(t, reg)
			for name, want := range map[string]float64{
				"tokens_per_minute_count{direction=input}":  count,
				"tokens_per_minute_sum{direction=input}":    in,
				"tokens_per_minute_count{direction=output}": count,
				"tokens_per_minute_sum{direction=output}":   out,
			} {
				if got[name] != want {
					t.Errorf("at %s: %s is %v, want %v", time.Now().UTC().Format(time.TimeOnly), name, got[name], want)
				}
			}
		}
		check(0, 0, 0)

		m.Observe(answered(100_000, 400))
		m.Observe(answered(50_000, 100))
		time.Sleep(time.Minute - time.Nanosecond)
		synctest.Wait()
		check(0, 0, 0) // a nanosecond before the minute ends
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		check(1, 150_000, 500)

		time.Sleep(2 * time.Minute)
		synctest.Wait()
		check(3, 150_000, 500) // two minutes without an answer are observations of 0

		m.Observe(answered(1_000, 10))
		m.Observe(probertest.WarmWith(func(r *prober.Result) { r.Usage = chat.Usage{} }))
		time.Sleep(time.Minute)
		synctest.Wait()
		check(3, 150_000, 500) // nobody knows how many they were
		time.Sleep(time.Minute)
		synctest.Wait()
		check(4, 150_000, 500)

		m.Observe(answered(1_000, 10))
		time.Sleep(30 * time.Second)
		cancel()
		<-done
		check(4, 150_000, 500) // a minute that did not close is none
	})
}
