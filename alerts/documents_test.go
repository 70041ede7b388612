package alerts

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func alertNames() []string {
	var names []string
	for _, r := range Alerts(Defaults()) {
		names = append(names, r.Alert)
	}
	return names
}

func TestEveryAlertSaysWhatAReaderNeeds(t *testing.T) {
	for _, r := range Alerts(Defaults()) {
		if !slices.Contains([]Severity{Page, Ticket, Warning, none}, r.Labels.Severity) {
			t.Errorf("%s: severity %q", r.Alert, r.Labels.Severity)
		}
		if !slices.Contains([]component{endpoint, engine, gpu, prober}, r.Labels.Component) {
			t.Errorf("%s: component %q", r.Alert, r.Labels.Component)
		}
		a := r.Annotations
		if a.Summary == "" || a.Description == "" || a.RunbookURL == "" || a.DashboardURL == "" {
			t.Errorf("%s lacks an annotation: %+v", r.Alert, a)
		}
		if !strings.Contains(a.Description, "$value") {
			t.Errorf("%s: the description does not say the value", r.Alert)
		}
		if !strings.HasPrefix(r.Alert, Prefix) {
			t.Errorf("%s lacks the prefix %s", r.Alert, Prefix)
		}
	}
}

// TestRunbooks: each alert's link leads to a section that answers the four questions, and no section is left over.
func TestRunbooks(t *testing.T) {
	sections := map[string]string{}
	for _, part := range strings.Split(string(read(t, "../docs/runbooks.md")), "\n## ")[1:] {
		title, text, _ := strings.Cut(part, "\n")
		if strings.HasPrefix(title, Prefix) {
			sections[strings.ToLower(title)] = text
		}
	}
	var questions []string                                  // in their older form, or beginning with an action
	suspects := []string{"ngine", "etwork", "GPU", "rober"} // capitals differ within a sentence
	for _, r := range Alerts(Defaults()) {
		_, anchor, _ := strings.Cut(r.Annotations.RunbookURL, "#")
		text, ok := sections[anchor]
		if !ok {
			t.Errorf("%s: docs/runbooks.md has no section %s", r.Alert, anchor)
			continue
		}
		if strings.Contains(text, "**First.**") {
			questions = []string{"**First.** ", "**Where is it?**\n- ", "**It is not** ", "**Close** "}
		} else {
			questions = []string{"**What it means.**", "**Find the cause.**", "**What to do.**", "**Silence.**"}
		}
		for _, part := range slices.Concat(questions, suspects) {
			if !strings.Contains(text, part) {
				t.Errorf("%s: the section says nothing of %q", r.Alert, part)
			}
		}
		delete(sections, anchor)
	}
	if len(sections) > 0 {
		t.Errorf("sections without an alert: %v", slices.Sorted(maps.Keys(sections)))
	}
}

// TestAlertTable: the table of docs/alerting.md has every alert, once, with its severity, and no other.
func TestAlertTable(t *testing.T) {
	_, rest, ok := strings.Cut(string(read(t, "../docs/alerting.md")), "| alert | severity | fires when |\n")
	if !ok {
		t.Fatal("docs/alerting.md has no table of alerts")
	}
	table, _, _ := strings.Cut(rest, "\n\n")
	listed := map[string]string{}
	row := regexp.MustCompile(`(?m)^\| (Firsttoken[^|]*) \| (\w+) \| [^|]+ \|$`)
	for _, m := range row.FindAllStringSubmatch(table, -1) {
		for name := range strings.SplitSeq(m[1], ", ") {
			if _, twice := listed[name]; twice {
				t.Errorf("%s is listed twice", name)
			}
			listed[name] = m[2]
		}
	}
	for _, r := range Alerts(Defaults()) {
		if got := listed[r.Alert]; got != string(r.Labels.Severity) {
			t.Errorf("%s: its severity is %q, the table says %q", r.Alert, r.Labels.Severity, got)
		}
		delete(listed, r.Alert)
	}
	if len(listed) > 0 {
		t.Errorf("listed, but no alerts: %v", slices.Sorted(maps.Keys(listed)))
	}
}

// TestNamesInDocuments: documents and the example of Alertmanager's configuration name alerts that exist.
func TestNamesInDocuments(t *testing.T) {
	names := alertNames()
	name := regexp.MustCompile(Prefix + `[A-Z.][\w.+]*`) // some are patterns of Alertmanager's matchers
	for _, file := range []string{
		"alertmanager.example.yml", "../docs/alerting.md", "../docs/runbooks.md", "../docs/gpu.md", "../README.md",
	} {
		for _, m := range name.FindAllString(string(read(t, file)), -1) {
			re := regexp.MustCompile("^" + strings.TrimSuffix(m, ".") + "$")
			if !slices.ContainsFunc(names, re.MatchString) {
				t.Errorf("%s names %s, which is no alert", file, m)
			}
		}
	}
}
