package chat

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestEveryOutcomeIsComplete(t *testing.T) {
	for _, name := range declared(t, "outcome.go", "Outcome") {
		if !slices.Contains(Outcomes(), Outcome(name)) {
			t.Errorf("%s has no row in the table", name)
		}
	}
	colours := map[string]Outcome{}
	for _, row := range outcomes() {
		if row.meaning == "" {
			t.Errorf("%s has no meaning", row.name)
		}
		if row.fault == "" {
			t.Errorf("%s: whose fault is it?", row.name)
		}
		if row.slo == "" {
			t.Errorf("%s: what does it do to the objectives?", row.name)
		}
		if row.fault == faultEndpoint != (row.slo == sloBad) {
			t.Errorf("%s: fault of %s, and %s for the objectives", row.name, row.fault, row.slo)
		}
		if row.slows && row.fault != faultEndpoint {
			t.Errorf("%s slows the load: a fault of %s does not end sooner so", row.name, row.fault)
		}
		if row.colour == "" {
			t.Errorf("%s has no colour", row.name)
		}
		if other, taken := colours[row.colour]; taken {
			t.Errorf("%s has the colour of %s", row.name, other)
		}
		colours[row.colour] = row.name
	}
}

// document is one of docs, as lines.
func document(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// outcomeTable is the table as docs/runbooks.md has it.
func outcomeTable() string {
	var b strings.Builder
	b.WriteString("| outcome | what happened | whose fault | availability |\n|---|---|---|---|\n")
	for _, row := range outcomes() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", row.name, row.meaning, row.fault, row.slo)
	}
	return b.String()
}

func TestEveryOutcomeIsDocumented(t *testing.T) {
	runbooks := document(t, "runbooks.md")
	for _, o := range Outcomes() {
		if quoted := "`" + string(o) + "`"; !strings.Contains(runbooks, quoted) {
			t.Errorf("docs/runbooks.md does not name %s", quoted)
		}
	}
	if !strings.Contains(runbooks, outcomeTable()) {
		t.Errorf("docs/runbooks.md lacks this table of outcomes:\n%s", outcomeTable())
	}
}

func TestOutcomeNames(t *testing.T) {
	names := OutcomeNames()
	if !strings.HasPrefix(names, "ok, refused, ") || !strings.HasSuffix(names, " or cancelled") {
		t.Errorf("%q is no list of names", names)
	}
	for _, o := range Outcomes() {
		if !strings.Contains(names, string(o)) {
			t.Errorf("%q lacks %s", names, o)
		}
	}
}

// A name that is not in the table counts as the endpoint's fault nowhere, and as good nowhere.
func TestUnknownOutcome(t *testing.T) {
	if o := Outcome("novel"); o.Excused() || o.SlowsLoad() || o.Colour() != "" {
		t.Errorf("%q: %+v", o, o.row())
	}
}

func TestOutcomeOfStatus(t *testing.T) {
	for status, want := range map[int]Outcome{
		301: Rejected, 400: Rejected, 404: Rejected, 413: Rejected, 422: Rejected,
		401: Denied, 402: Denied, 403: Denied,
		429: Throttled, 529: Throttled,
		500: ServerError, 502: ServerError, 503: ServerError, 599: ServerError,
		408: Timeout, 504: Timeout,
	} {
		if got := statusCause(status).Outcome(); got != want {
			t.Errorf("HTTP %d: %s, want %s", status, got, want)
		}
	}
}
