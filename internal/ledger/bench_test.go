package ledger

import (
	"context"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/firsttoken/firsttoken/prober/budget"
)

// BenchmarkReservations is a reservation, its sync and its settlement, from 1,000 targets at once.
func BenchmarkReservations(b *testing.B) {
	for _, targets := range []int{1, 1000} {
		b.Run(strconv.Itoa(targets), func(b *testing.B) {
			l, err := Open(Options{Path: filepath.Join(b.TempDir(), "ledger.db")})
			if err != nil {
				b.Fatal(err)
			}
			defer l.Close(context.Background())
			limits := map[string]budget.Limits{}
			for i := range targets {
				limits[strconv.Itoa(i)] = budget.Limits{TokensPerDay: 1e15, DollarsPerMonth: 1e9}
			}
			l.SetLimits(budget.Limits{TokensPerMonth: 1e15}, limits)
			before := pagesWritten(l)
			b.ResetTimer()
			var all sync.WaitGroup
			for i := range targets {
				all.Go(func() {
					for n := i; n < b.N; n += targets {
						r, err := l.Reserve(strconv.Itoa(i), noon(), amount(10))
						if err != nil || synced(r) != nil {
							b.Error("not reserved")
							return
						}
						r.Settle(amount(5))
					}
				})
			}
			all.Wait()
			b.ReportMetric(float64(pagesWritten(l)-before)/float64(b.N), "writes/op")
		})
	}
}

// BenchmarkReserve is the part of a reservation that the loop of a target waits for.
func BenchmarkReserve(b *testing.B) {
	l, err := Open(Options{Path: filepath.Join(b.TempDir(), "ledger.db")})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close(context.Background())
	caps := budget.Limits{TokensPerDay: 1e15, DollarsPerMonth: 1e9}
	l.SetLimits(caps, map[string]budget.Limits{"a": caps})
	for b.Loop() {
		r, err := l.Reserve("a", noon(), amount(10))
		if err != nil {
			b.Fatal(err)
		}
		r.Settle(amount(5))
	}
}
