package survey

import (
	"strings"
	"testing"

	"github.com/firsttoken/firsttoken/internal/simulator"
	"github.com/firsttoken/firsttoken/prober"
)

// examined is the report on a target at a fake.
func examined(t *testing.T, k fake, change func(*prober.Target)) (r Report) {
	t.Helper()
	k.serve(t, func(t *testing.T, at *place) {
		t.Helper()
		target, err := prober.DefaultTarget("")
		if err != nil {
			t.Fatal(err)
		}
		target.Name, target.URL, target.Model = "t", "http://fake:8000/v1", "m"
		change(&target)
		s, err := Examine(target, at.options)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if err := s.Pages(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := s.Choose(t.Context(), target.Model); err != nil {
			t.Fatal(err)
		}
		if err := s.Trials(t.Context()); err != nil {
			t.Fatal(err)
		}
		r = s.Report()
		askedNothingForbidden(t, at.asked)
	})
	return r
}

// TestReport: what is refused comes with the key that mends it.
func TestReport(t *testing.T) {
	t.Parallel()
	noList := saying(map[string]page{"/v1/models": {body: noWindow}})
	for _, row := range []struct {
		name    string
		fake    fake
		change  func(*prober.Target)
		refused []string // a part of each line
		notes   []string
	}{
		{"all is well", fake{}, func(t *prober.Target) { t.Engine = "vllm" }, nil, nil},
		{
			"the default workload on a server of 32k",
			fake{window: 32768},
			func(t *prober.Target) { t.Engine = "vllm" },
			[]string{"set `workload: {window: 32768}`"},
			nil,
		},
		{
			"a window that only a long prompt tells",
			fake{window: 32768, in: noList},
			func(*prober.Target) {},
			[]string{"set `workload: {window: 32768}`"},
			[]string{"`engine: vllm`, which would set"},
		},
		{
			"a field",
			fake{in: refusing(`"min_tokens":`, 400, noMinimum)},
			func(t *prober.Target) { t.Engine, t.ExtraBody = "sglang", map[string]any{"min_tokens": 1} },
			[]string{"`extra_body: {min_tokens: null}`"},
			[]string{"`engine: vllm`, not sglang"},
		},
		{
			"answers in one piece, of another model, without usage",
			fake{incidents: append(incident(simulator.Buffered),
				simulator.Incident{Kind: simulator.ModelSwap, Model: "other"},
				simulator.Incident{Kind: simulator.NoUsage, Ratio: 1})},
			func(t *prober.Target) { t.Engine = "vllm" }, nil,
			[]string{"`answers_as: [other]`", "proxy_buffering off", "no usage"},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := examined(t, row.fake, row.change)
			for _, lines := range []struct{ got, want []string }{{r.Refused, row.refused}, {r.Notes, row.notes}} {
				if len(lines.got) != len(lines.want) {
					t.Errorf("%q, want %q", lines.got, lines.want)
					continue
				}
				for i := range lines.want {
					if !strings.Contains(lines.got[i], lines.want[i]) {
						t.Errorf("%q, want %q", lines.got[i], lines.want[i])
					}
				}
			}
		})
	}
}
