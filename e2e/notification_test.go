package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/rules"

	"github.com/firsttoken/firsttoken/e2e/alertlab"
	"github.com/firsttoken/firsttoken/e2e/promlab"
	"github.com/firsttoken/firsttoken/internal/simulator"
)

// TestNotification plays an incident from its start to what a person reads: the prober's own client against a simulated
// engine whose streams stall, the shipped rules, a real Alertmanager. docs/alerting.md shows the text.
func TestNotification(t *testing.T) {
	manager := alertlab.Start(t, "..")
	i := incident{
		name: "every stream stalls", calm: 10 * time.Minute, goes: 6 * time.Minute,
		what: []simulator.Incident{{Kind: simulator.Stall, Ratio: 1, Pause: model.Duration(10 * time.Minute)}},
	}
	start, pages := promlab.Play(t, i.scenario(t))
	s := serve(t)
	if err := s.Ingest(t.Context(), promlab.Classic, pages...); err != nil {
		t.Fatal(err)
	}
	s.Notify = func(alerts []*rules.Alert) {
		for _, a := range alerts {
			manager.Post(t, told(a))
		}
	}
	if err := s.Evaluate(t.Context(), start, start.Add(i.calm+i.goes)); err != nil {
		t.Fatal(err)
	}
	manager.Flush(t)
	text := ""
	for _, n := range manager.Received() {
		if n.Receiver == "pager" {
			text += readable(n)
		}
	}
	docs, err := os.ReadFile("../docs/alerting.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(docs), "<!-- notification -->\n```\n")
	if want, _, ok := strings.Cut(rest, "```\n<!-- /notification -->"); !ok || text != want {
		t.Errorf("docs/alerting.md shows another text than\n%s", text)
	}
}

// readable is a notification as a person reads it.
func readable(n alertlab.Notification) string {
	text := ""
	for _, a := range n.Alerts {
		text += fmt.Sprintf("%s: %s\n", strings.ToUpper(a.Labels["severity"]), a.Annotations["summary"])
		for _, name := range []string{"description", "action", "dashboard_url", "runbook_url"} {
			text += fmt.Sprintf("%s: %s\n", name, a.Annotations[name])
		}
	}
	return text
}
