package series

import (
	"fmt"
	"testing"
)

// TestRules: what rules and the texts of alerts read exists.
func TestRules(t *testing.T) { check(t, ruleReadings(t), 150) }

// TestRecordsOnce: two rules that record one series overwrite each other.
func TestRecordsOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range rules(t) {
		series := fmt.Sprint(r.Record, r.Labels)
		if r.Record != "" && seen[series] {
			t.Errorf("%s is recorded twice", series)
		}
		seen[series] = true
	}
}

// TestPanels: a metric that nothing provides is a panel that is silently empty.
func TestPanels(t *testing.T) { check(t, panelReadings(t), 300) }

// TestInputs: the rules' own tests prove nothing with series that nothing exports.
func TestInputs(t *testing.T) { check(t, inputReadings(t), 50) }

// TestDocuments: a reader can ask for whatever a document names.
func TestDocuments(t *testing.T) {
	var all []reading
	for _, name := range []string{"docs/runbooks.md", "docs/alerting.md", "docs/dashboards.md", "README.md"} {
		all = append(all, documentReadings(t, "../../"+name)...)
	}
	check(t, all, 30)
}

// check holds every selector of the readings, of which there are so many at least, to what exists.
func check(t *testing.T, all []reading, least int) {
	t.Helper()
	exist := everything(t)
	if len(all) < least {
		t.Errorf("only %d expressions were found, %d were expected", len(all), least)
	}
	for _, r := range all {
		for _, s := range selectors(t, r) {
			for _, c := range exist.complaints(s) {
				t.Errorf("%s: %s", r.place, c)
			}
		}
	}
}
