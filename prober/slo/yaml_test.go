package slo

import (
	"maps"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestUnmarshalObjective(t *testing.T) {
	rows := []struct {
		yaml string
		want Objective
		err  string // part of the message
	}{
		{"{objective: 95%, threshold: 4s}", Objective{0.95, 4}, ""}, // as in the documentation
		{"{objective: 0.95, threshold: 4}", Objective{0.95, 4}, ""}, // plain numbers
		{`{objective: "99.9%", threshold: "30"}`, Objective{0.999, 30}, ""},
		{"{objective: 95 %, threshold: 1500ms}", Objective{0.95, 1.5}, ""},
		{"{objective: 99%}", Objective{0.99, 0}, ""},                   // availability has no threshold
		{"{objective: 90%, threshold: 1m30s}", Objective{0.9, 90}, ""}, // as Prometheus writes durations
		{"{objective: most, threshold: 4s}", Objective{}, `line 1: objective: "most" is no share`},
		{"{objective: 95%, threshold: soon}", Objective{}, `line 1: threshold: "soon" is neither`},
		{"{objective: NaN}", Objective{}, `"NaN" is no share`}, // ParseFloat would take it
		{ // a typo must not become a missing threshold
			"{objective: 95%,\n treshold: 4s}", Objective{}, `line 2: unknown key "treshold"`,
		},
		{"95%", Objective{}, "line 1: an objective is written {objective: 95%, threshold: 4s}"},
		{"{objective: 95%,\n threshold: 4 parsecs}", Objective{}, `line 2: threshold: "4 parsecs"`},
	}
	for _, r := range rows {
		var got Objective
		err := yaml.Unmarshal([]byte(r.yaml), &got)
		if r.err == "" && (err != nil || got != r.want) {
			t.Errorf("%s: %v %v, want %v", r.yaml, got, err, r.want)
		}
		if r.err != "" && (err == nil || !strings.Contains(err.Error(), r.err)) {
			t.Errorf("%s: error %v, want %q", r.yaml, err, r.err)
		}
	}
}

func TestUnmarshalName(t *testing.T) {
	var m map[Name]Objective
	err := yaml.Unmarshal([]byte("ttft: {objective: 95%, threshold: 4s}\nttfb: {objective: 95%}"), &m)
	if err == nil || !strings.Contains(err.Error(), `line 2: unknown slo "ttfb": one of ttft, tps, availability, recall`) {
		t.Errorf("error %v", err)
	}
}

func TestObjectivesSurviveYAML(t *testing.T) {
	want := map[Name]Objective{TTFT: {0.95, 4.5}, TPS: {0.999, 30}, Availability: {Ratio: 0.99}}
	text, err := yaml.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got map[Name]Objective
	if err := yaml.Unmarshal(text, &got); err != nil || !maps.Equal(got, want) {
		t.Errorf("%s\ncame back as %v, %v", text, got, err)
	}
	if strings.Contains(string(text), "99999") {
		t.Errorf("noise in the percentages:\n%s", text)
	}
}
