package workload

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestLevelsAreValid(t *testing.T) {
	for name, s := range map[string]Shape{"default": Default(), "load": Load(), "watch": Watch(), "sentinel": Sentinel()} {
		if e := s.Validate(); len(e) != 0 {
			t.Errorf("%s: %v", name, e)
		}
	}
}

func TestShapeIsReadAsItIsWritten(t *testing.T) {
	in := Load()
	in.Window = 262_144
	text, err := yaml.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var out Shape
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&out); err != nil || out != in {
		t.Errorf("read %+v (%v), wrote %+v\n%s", out, err, in, text)
	}
	const partial = "output: {max: 100}\nidle_pause: 8m\ntool_pause: {median: 1s500ms}"
	part := Default()
	if err := yaml.Unmarshal([]byte(partial), &part); err != nil || part.Output.Median != 293 || part.Output.Max != 100 {
		t.Errorf("a part over the default gives %+v (%v)", part.Output, err)
	}
}

func TestValidateNamesThePlace(t *testing.T) {
	for _, c := range []struct {
		breaks func(*Shape)
		path   string
		reason string
	}{
		{func(s *Shape) { s.Output.Max = 10 }, "output.max", "below the median"},
		{func(s *Shape) { s.Output.Min = 0 }, "output.min", "at least 1"},
		{func(s *Shape) { s.Input.Min = 8 }, "input.min", "at least 32"}, // no room for an instruction
		{func(s *Shape) { s.Input.Min = 400 }, "input.min", "above the median"},
		{func(s *Shape) { s.Input.Max = 300_000 }, "input.max", "longest message"},   // more than the corpus
		{func(s *Shape) { s.Context.Min = 15_200 }, "context.min", "at least 15300"}, // prefix and phrases do not fit
		{func(s *Shape) { s.Context.Sigma = -1 }, "context.sigma", "not between"},
		{ // every comparison with it is false
			func(s *Shape) { s.Context.Sigma = math.NaN() }, "context.sigma", "not between",
		},
		{func(s *Shape) { s.Limit = 50_000; s.Compaction.Share = 0 }, "context.max", "no room"},
		{ // 96 % less 256 and the answer is 57,088
			func(s *Shape) { s.Window, s.Limit = 64_000, 64_000; s.Compaction.Share = 0 }, "context.max", "at most 57087",
		},
		{func(s *Shape) { *s = s.Fit(Shape{Window: 64_000}); s.Limit = 64_001 }, "limit", "take 57088"},
		{func(s *Shape) { *s = s.Fit(Shape{Window: 64_000}); s.Output.Max = 40_000 }, "output.max", "take 8000"},
		{func(s *Shape) { s.Window = 3071 }, "window", "at least 3072"},
		{func(s *Shape) { s.SharedPrefix = 30_000 }, "context.min", "at least 30300"},
		{func(s *Shape) { s.Window = -1 }, "window", "negative"},
		{func(s *Shape) { s.Limit = 79_000 }, "compaction.summary.max", "no room"}, // 15k + 65k
		{func(s *Shape) { s.Compaction.Share = 1.5 }, "compaction.share", "share"},
		{func(s *Shape) { s.Compaction.Summary.Sigma = 9 }, "compaction.summary.sigma", "between"},
		{func(s *Shape) { s.SharedPrefix = 200 }, "shared_prefix", "too few"},
		{func(s *Shape) { s.HumanShare = 0.99 }, "idle_share", "more than all"},
		{func(s *Shape) { s.HumanShare = math.NaN() }, "human_share", "share"},
		{func(s *Shape) { s.RecallShare = 0.5 }, "recall_share", "person"}, // only people ask
		{func(s *Shape) { s.RecallShare = -0.1 }, "recall_share", "share"},
		{func(s *Shape) { s.IdlePause = s.CacheTTL }, "idle_pause", "cache_ttl"}, // would not be a resume
		{func(s *Shape) { s.CacheTTL = 0; s.IdleShare = 0 }, "cache_ttl", "longer"},
		{func(s *Shape) { s.CacheBlock = 0 }, "cache_block", "at least 1"},
		{func(s *Shape) { s.Salt = "back" }, "salt", "after_prefix nor front"},
		{func(s *Shape) { s.TokensPerWord = 0 }, "tokens_per_word", "between"},
		{func(s *Shape) { s.ToolPause.Min = -1 }, "tool_pause.min", "negative"},
		{func(s *Shape) { s.ToolPause.Max = seconds(1) }, "tool_pause.max", "below the median"},
		{func(s *Shape) { s.HumanPause.Max = seconds(1e6) }, "human_pause.max", "day"},
	} {
		s := Default()
		c.breaks(&s)
		e := s.Validate()
		if len(e) != 1 || e[0].Path != c.path || !strings.Contains(e[0].Reason, c.reason) {
			t.Errorf("%s: %v, want that path alone and %q", c.path, e, c.reason)
		}
	}
	if e := (Shape{}).Validate(); len(e) < 8 {
		t.Errorf("an empty shape has %d problems, want all of them at once: %v", len(e), e)
	}
}
