package metrics

import (
	"bytes"
	"flag"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template"

	"github.com/firsttoken/firsttoken/exporter/series"
	"github.com/firsttoken/firsttoken/internal/golden"
)

var updateDocs = flag.Bool("update", false, "write docs/metrics.md")

// TestDocs holds docs/metrics.md to the code; go generate writes it.
func TestDocs(t *testing.T) {
	families, err := Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	page := map[string]any{"Counting": countings(), "Families": families}
	if err := docsTemplate(t).Execute(&want, page); err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, "../../docs/metrics.md", want.String(), *updateDocs) // go generate ./exporter writes it
}

func docsTemplate(t *testing.T) *template.Template {
	t.Helper()
	text, err := os.ReadFile("testdata/metrics.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	functions := template.FuncMap{"labels": labelsText, "numbers": numbersText, "yes": yesText}
	page, err := template.New("metrics.md").Funcs(functions).Parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// counting is one line of the table that says which exchanges a series counts.
type counting struct {
	Names                                            string
	Finished, FailedAfter, FailedBefore, OutsideLoad bool
}

// countings groups the rows by when they count, those that count most first.
func countings() []counting {
	names := map[when][]string{}
	for _, r := range slices.Concat(rows(nil), revisionRows()) {
		if w := r.when &^ otherEvents; w != 0 {
			names[w] = append(names[w], r.family.Name)
		}
	}
	var all []counting
	for _, w := range slices.Backward(slices.Sorted(maps.Keys(names))) {
		slices.Sort(names[w])
		all = append(all, counting{
			Names:    "`" + strings.Join(names[w], "`, `") + "`",
			Finished: w&finished != 0, FailedAfter: w&failedAfter != 0, FailedBefore: w&failedBefore != 0,
			OutsideLoad: w&outsideLoad != 0,
		})
	}
	return all
}

// labelsText is "`target`, `cache` (cold, warm)": values only where they are a closed set.
func labelsText(labels []series.Label) string {
	parts := make([]string, len(labels))
	for i, l := range labels {
		parts[i] = "`" + l.Name + "`"
		if len(l.Values) > 0 {
			parts[i] += " (" + strings.Join(l.Values, ", ") + ")"
		}
	}
	return strings.Join(parts, ", ")
}

func numbersText(values []float64) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = strconv.FormatFloat(v, 'g', -1, 64)
	}
	return strings.Join(parts, " ")
}

func yesText(yes bool) string {
	if yes {
		return "counted"
	}
	return "–"
}
