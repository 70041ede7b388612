package pages

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/firsttoken/firsttoken/exporter/history"
	"github.com/firsttoken/firsttoken/prober/budget"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/slo"
)

//go:embed landing.html
var landingHTML string

// shown is how many targets the landing page lists; /targets has all of them.
const shown = 200

// row is one line of the landing page, short enough for a phone.
type row struct {
	Name, State               string
	TPM, SetPoint             string
	Warm50, Warm95            string
	Cold50, Cold95            string
	TPS, Outcomes, SLO, Spent string
	LastError, Budget         string
	Warnings                  []string // what bends the numbers
}

type landingPage struct {
	Version string
	Trouble string // with the ledger
	Budget  string // of all targets together
	Rows    []row
	More    int
}

func (o Options) landing(w http.ResponseWriter, r *http.Request) {
	names := o.History.Targets()
	if one := r.URL.Query().Get("target"); one != "" { // alerts link to it
		if _, ok := o.History.Target(one); !ok {
			plain(w, http.StatusNotFound, "there is no such target.\n")
			return
		}
		names = []string{one}
	}
	budgets := o.budgets()
	page := landingPage{
		Version: o.Version, More: max(0, len(names)-shown),
		Trouble: o.trouble(), Budget: budgets.text(budget.Process),
	}
	for _, name := range names[:min(shown, len(names))] {
		if s, ok := o.History.Summary(name); ok {
			r := rowOf(s)
			r.Budget = budgets.text(name)
			page.Rows = append(page.Rows, r)
		}
	}
	html, err := page.html()
	if err != nil {
		o.Logger.Error("landing page cannot be written", "err", err)
		plain(w, http.StatusInternalServerError, "the landing page cannot be written.\n")
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(html) // fails only when the client has gone
}

// html parses the template each time: only people ask for the page, so the cost does not matter.
func (p landingPage) html() ([]byte, error) {
	page, err := template.New("landing").Parse(landingHTML)
	if err != nil {
		return nil, err
	}
	var html bytes.Buffer
	err = page.Execute(&html, p)
	return html.Bytes(), err
}

func rowOf(s history.Summary) row {
	r := row{
		Name: s.Target, State: string(s.State), TPM: "–", SetPoint: "–", TPS: "–",
		Outcomes: outcomesText(s), SLO: slosText(s), Spent: fmt.Sprintf("$%.2f", s.Spent),
	}
	if tpm, ok := s.TPM(); ok {
		r.TPM = short(tpm)
	}
	if s.SetPoint != nil {
		r.SetPoint = short(*s.SetPoint)
	}
	if s.TPS.OK() {
		r.TPS = short(s.TPS.P50)
	}
	r.Warnings = warnings(s)
	r.Warm50, r.Warm95 = seconds(s.TTFTWarm)
	r.Cold50, r.Cold95 = seconds(s.TTFTCold)
	if s.Failures > 0 {
		r.LastError = s.LastError
		if s.LastRemedy != "" {
			r.LastError += ". Remedy: " + s.LastRemedy
		}
	}
	return r
}

// warnings are what a reader must know before believing the numbers of a target.
func warnings(s history.Summary) []string {
	var all []string
	if s.State == history.Waiting {
		all = append(all, fmt.Sprintf("no answer for %.0f s", s.Wait.Seconds()))
	}
	if !s.PausedSince.IsZero() {
		all = append(all, "paused since "+minuteText(s.PausedSince))
	}
	if !s.MaintenanceUntil.IsZero() {
		all = append(all, "in maintenance until "+minuteText(s.MaintenanceUntil))
	}
	if !s.ThrottledSince.IsZero() {
		all = append(all, "throttles since "+minuteText(s.ThrottledSince))
	}
	if s.NotStreamed > 0 {
		all = append(all, fmt.Sprintf("%d answers came at once: something between you and the engine buffers", s.NotStreamed))
	}
	if s.NoUsage > 0 {
		all = append(all, fmt.Sprintf("%d answers brought no usage: their tokens are estimates, and they have no rate and "+
			"no price", s.NoUsage))
	}
	if s.OtherModel != "" {
		all = append(all, "answered by another model: "+s.OtherModel)
	}
	return all
}

func minuteText(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 MST") }

func seconds(q history.Quantiles) (p50, p95 string) {
	if !q.OK() {
		return "–", "–"
	}
	return short(q.P50) + " s", short(q.P95) + " s"
}

// short is a number in three digits: 2.5M, 987k, 41.2, 0.712.
func short(x float64) string {
	for _, unit := range []struct {
		of   float64
		name string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if math.Abs(x) >= unit.of*.9995 {
			return strconv.FormatFloat(x/unit.of, 'g', 3, 64) + unit.name
		}
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}

// outcomesText is "412 ok, 3 truncated" in the order of the set.
func outcomesText(s history.Summary) string {
	var parts []string
	for _, o := range chat.Outcomes() {
		if n := s.Outcomes[o]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, o))
		}
	}
	return strings.Join(parts, ", ")
}

// slosText is "ttft 97.1 % of 95 %, availability 100 % of 99 %".
func slosText(s history.Summary) string {
	var parts []string
	for _, name := range slo.Names() {
		if a := s.SLOs[name]; a.Events > 0 {
			ratio, _ := a.Ratio()
			parts = append(parts, fmt.Sprintf("%s %.4g %% of %.4g %%", name, 100*ratio, 100*a.Objective))
		}
	}
	return strings.Join(parts, ", ")
}
