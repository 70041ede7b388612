package dashboards

import "testing"

// quantileName is one of the colours that are set wherever quantiles may be drawn.
func quantileName(name string) bool {
	return name == "p50" || name == "p95" || name == "p99" || name == "mean"
}

// TestOverridesFindTheirSeries: an override by name or reference that matches nothing is a typo.
func TestOverridesFindTheirSeries(t *testing.T) {
	for _, d := range all() {
		for _, p := range every(d) {
			names := map[string]bool{}
			for _, q := range queries(t, p) {
				names[*q.LegendFormat], names["ref "+*q.RefId] = true, true
			}
			for _, x := range p.Transformations {
				if o, ok := x.Options.(map[string]any); ok && x.Id == "organize" {
					for _, title := range o["renameByName"].(map[string]string) {
						names[title] = true
					}
				}
			}
			closed := names["{{outcome}}"] || names["{{kind}}"] || names["{{reason}}"] || names["{{cache}}"]
			for _, o := range p.FieldConfig.Overrides {
				name, _ := o.Matcher.Options.(string)
				known := map[string]bool{
					"byName":       names[name] || closed || quantileName(name),
					"byFrameRefID": names["ref "+name],
					"byRegexp":     true,
				}
				if !known[o.Matcher.Id] {
					t.Errorf("%s, %s: nothing is called %q", *d.Title, *p.Title, name)
				}
			}
		}
	}
}
