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
		if a.Action == "" {
			t.Errorf("%s does not say what to do first", r.Alert)
		}
		if always := r.Alert == Prefix+"Watchdog"; strings.Contains(a.Description, "ALERTS_FOR_STATE") == always {
			t.Errorf("%s: since when? %s", r.Alert, a.Description)
		}
		if !strings.Contains(a.Description, "$value") {
			t.Errorf("%s: the description does not say the value", r.Alert)
		}
		if !strings.HasPrefix(r.Alert, Prefix) {
			t.Errorf("%s lacks the prefix %s", r.Alert, Prefix)
		}
	}
}

// TestRunbooks: each alert's link leads to a section that begins with an action, answers the other questions, and is
// short enough for a telephone at night. No section is left over.
func TestRunbooks(t *testing.T) {
	sections := runbooks(t)
	const lines = 34
	for _, r := range Alerts(Defaults()) {
		_, anchor, _ := strings.Cut(r.Annotations.RunbookURL, "#")
		text, ok := sections[anchor]
		if !ok {
			t.Errorf("%s: docs/runbooks.md has no section %s", r.Alert, anchor)
			continue
		}
		at := 0
		for _, question := range []string{
			"\n**First.** ", "\n\n**Where is it?**\n- ", "\n\n**It is not** ", "\n\n**Close** ",
		} {
			found := strings.Index(text[at:], question)
			if found < 0 || at == 0 && found > 0 {
				t.Errorf("%s: the section has no %q, or not in its place", r.Alert, question)
				break
			}
			at += found + 1
		}
		for _, suspect := range []string{"ngine", "etwork", "GPU", `\b(?i:prober|we|our|us)\b`} {
			if !regexp.MustCompile(suspect).MatchString(text) {
				t.Errorf("%s: the section says nothing of %q", r.Alert, suspect)
			}
		}
		if n := strings.Count(text, "\n"); n > lines {
			t.Errorf("%s: the section has %d lines, more than %d", r.Alert, n, lines)
		}
		delete(sections, anchor)
	}
	if len(sections) > 0 {
		t.Errorf("sections without an alert: %v", slices.Sorted(maps.Keys(sections)))
	}
}

// runbooks are the sections of docs/runbooks.md about alerts, by their anchors.
func runbooks(t *testing.T) map[string]string {
	t.Helper()
	sections := map[string]string{}
	for _, part := range strings.Split(string(read(t, "../docs/runbooks.md")), "\n## ")[1:] {
		title, text, _ := strings.Cut(part, "\n")
		if strings.HasPrefix(title, Prefix) {
			sections[strings.ToLower(title)] = text
		}
	}
	return sections
}

// TestQueries: the link of an alert opens the queries of its runbook, all of them and in their order.
func TestQueries(t *testing.T) {
	sections, listed := runbooks(t), queries()
	item := regexp.MustCompile("(?m)^- `([^`\n]+)`")
	for _, name := range alertNames() {
		var asked []string
		for _, m := range item.FindAllStringSubmatch(sections[strings.ToLower(name)], -1) {
			asked = append(asked, m[1])
		}
		if len(asked) == 0 || !slices.Equal(asked, listed[name]) {
			t.Errorf("%s: the runbook asks\n%s\nthe link opens\n%s",
				name, strings.Join(asked, "\n"), strings.Join(listed[name], "\n"))
		}
		delete(listed, name)
	}
	if len(listed) > 0 {
		t.Errorf("queries of no alert: %v", slices.Sorted(maps.Keys(listed)))
	}
}

func TestQueriesURL(t *testing.T) {
	b := newBuilder(Parameters{Aggregation: []string{"cluster", "job"}, Replica: "pod"})
	for _, row := range []struct {
		queries []string
		want    string
	}{
		{nil, ""},
		{
			[]string{`sum(x{target="T",a="b"})`},
			`g0.range_input=6h&g0.tab=0&g0.expr={{ printf "sum(x{cluster=%q,target=%q,a=\"b\"})"` +
				` $labels.cluster $labels.target | urlquery }}`,
		},
		{
			[]string{`sum by (instance, a) (x{instance="I"})`, `y{hostengine="N"}`},
			`g0.range_input=6h&g0.tab=0&g0.expr=` +
				`{{ printf "sum by (pod, a) (x{cluster=%q,pod=%q})" $labels.cluster $labels.pod | urlquery }}` +
				`&g1.range_input=6h&g1.tab=0&g1.expr={{ printf "y{cluster=%q,hostengine=%q}"` +
				` $labels.cluster $labels.hostengine | urlquery }}`,
		},
	} {
		want := row.want
		if want != "" {
			want = "{{ $externalURL }}/graph?" + want
		}
		if got := b.queriesURL(row.queries); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
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
