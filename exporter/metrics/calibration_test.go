package metrics

import (
	"testing"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/probertest"
)

func TestCalibrationIsExported(t *testing.T) {
	m, reg := newTestTargets(t)
	for _, c := range []struct {
		perWord float64
		bounded bool
		want    float64
	}{{1.3, false, 0}, {4, true, 1}, {1.4, false, 0}} {
		m.Observe(probertest.WarmWith(func(r *prober.Result) {
			r.TokensPerWord, r.CalibrationBounded = c.perWord, c.bounded
		}))
		got := values(t, reg)
		if got["tokens_per_word"] != c.perWord || got["tokens_per_word_bounded"] != c.want {
			t.Errorf("%v, bounded %v; want %v, %v", got["tokens_per_word"], got["tokens_per_word_bounded"], c.perWord, c.want)
		}
	}
}
