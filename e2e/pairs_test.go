package e2e

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/rules"

	"github.com/firsttoken/firsttoken/e2e/alertlab"
)

// What happens, in minutes from the start. Rules have an hour and more of a quiet time before it.
const (
	strikes = 70  // something happens
	heals   = 110 // and ends
	over    = 200 // nobody looks any longer
)

// situations are those of the table in docs/alerting.md, by its first column.
func situations() []situation {
	outage, rest := span{strikes, heals}, span{strikes, over + 1}
	a, b := replica{instance: "a:9977"}, replica{instance: "b:9977"}
	with := func(r replica, change func(*replica)) replica { change(&r); return r }
	isDead := func(r *replica) { r.is, r.during = dead, outage }
	isSlow := func(r *replica) { r.is, r.during = slow, outage }
	inDoubt := func(r *replica) { r.inDoubt = outage }
	gone := func(r *replica) { r.was, r.away = down, rest }
	five := []replica{}
	for _, cluster := range []string{"1", "2", "3", "4", "5"} {
		r := replica{cluster: cluster, instance: "a:9977"}
		if cluster == "3" {
			isDead(&r)
		}
		five = append(five, r)
	}
	return []situation{
		{"a pair, all well", []replica{a, b}},
		{"a pair, and the target is down for 40 minutes", []replica{with(a, isDead), with(b, isDead)}},
		{"a pair, and every answer is late for 40 minutes", []replica{with(a, isSlow), with(b, isSlow)}},
		{"one of a pair is gone", []replica{a, with(b, gone)}},
		{"one of a pair is gone, and then the target is down", []replica{with(a, isDead), with(b, gone)}},
		{"one of a pair is blind: its network is broken", []replica{a, with(b, func(r *replica) {
			r.is, r.during = dead, rest
		})}},
		{"one of a pair is in doubt", []replica{a, with(b, inDoubt)}},
		{"one of a pair is in doubt, and the target is down", []replica{with(a, isDead), with(with(b, isDead), inDoubt)}},
		{"one of a pair is in doubt, and sees late answers alone", []replica{a, with(with(b, isSlow), inDoubt)}},
		{"both of a pair are in doubt, and see late answers", []replica{
			with(with(a, isSlow), inDoubt), with(with(b, isSlow), inDoubt),
		}},
		{"five clusters with the same target, and it is down in one", five},
		{"a prober restarts under another address", []replica{
			with(a, func(r *replica) { r.was, r.away = unlisted, rest }),
			with(b, func(r *replica) { r.was, r.away = unlisted, span{0, strikes + 1} }),
		}},
		{"a prober restarts under another address in an outage", []replica{
			with(a, func(r *replica) { isDead(r); r.was, r.away = unlisted, span{strikes + 15, over + 1} }),
			with(b, func(r *replica) { isDead(r); r.was, r.away = unlisted, span{0, strikes + 16} }),
		}},
		{"the only prober dies in an outage", []replica{
			with(a, func(r *replica) { isDead(r); r.was, r.away = down, span{strikes + 15, over + 1} }),
		}},
		{"the endpoint says 401", []replica{
			with(a, func(r *replica) { r.is, r.during = refuses, outage }),
			with(b, func(r *replica) { r.is, r.during = refuses, outage }),
		}},
		{"a reload removes the target in an outage", []replica{
			with(a, func(r *replica) { isDead(r); r.removed = strikes + 12 }),
		}},
	}
}

// TestPairs plays all situations at once, with the shipped rules on the real engine, and passes each change on to a
// real Alertmanager with the example configuration. What its receivers get is what the table of docs/alerting.md
// says, no more and no less.
func TestPairs(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves out what takes a minute: `make e2e` plays it after the others")
	}
	manager := alertlab.Start(t, "..")
	all := situations()
	play(t, manager, all)
	told := toldBy(manager.Received())
	rows := promised(t)
	for _, s := range all {
		slices.Sort(told[s.name])
		got := strings.Join(told[s.name], "; ")
		if got == "" {
			got = "nothing"
		}
		if want, ok := rows[s.name]; !ok || got != want {
			t.Errorf("| %s | %s | but the table says %q", s.name, got, want)
		}
		delete(rows, s.name)
		delete(told, s.name)
	}
	delete(told, "") // the watchdog
	if len(rows)+len(told) > 0 {
		t.Errorf("rows that nobody plays: %v; told of other jobs: %v", rows, told)
	}
}

// toldBy lists what each job's receivers were told, each alert once for each time that it began.
func toldBy(received []alertlab.Notification) map[string][]string {
	told, firing := map[string][]string{}, map[string]bool{}
	for _, n := range received {
		for _, a := range n.Alerts {
			line, key := describe(n.Receiver, a), n.Receiver+fmt.Sprint(a.Labels)
			if a.Status == "firing" && !firing[key] {
				told[a.Labels["job"]] = append(told[a.Labels["job"]], line)
			}
			firing[key] = a.Status == "firing"
		}
	}
	return told
}

// describe is "page: TargetDown", with what tells alerts of one situation apart.
func describe(receiver string, a alertlab.Told) string {
	name := strings.TrimPrefix(a.Labels["alertname"], "Firsttoken")
	for _, label := range []string{"cluster", "slo", "instance"} {
		if v := a.Labels[label]; v != "" {
			name += " " + strings.TrimSuffix(v, ":9977")
		}
	}
	kind := map[string]string{"pager": "page", "tickets": "ticket", "warnings": "warning"}[receiver]
	return fmt.Sprintf("%s: %s", kind, name)
}

// play runs the world, and tells Alertmanager of every change as Prometheus does.
func play(t *testing.T, manager *alertlab.Alertmanager, all []situation) {
	t.Helper()
	s, w := serve(t), newWorld(all)
	var changed []alertlab.Alert
	state := map[string]rules.AlertState{}
	s.Notify = func(alerts []*rules.Alert) {
		for _, a := range alerts {
			if key := a.Labels.String(); state[key] != a.State {
				state[key] = a.State
				changed = append(changed, told(a))
			}
		}
	}
	start := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	for minute := range over + 1 {
		now := start.Add(time.Duration(minute) * time.Minute)
		w.scrape(t, s, minute, now)
		if err := s.EvaluateEvery(t.Context(), now.Add(-time.Minute), now, time.Minute); err != nil {
			t.Fatal(err)
		}
		if len(changed) > 0 {
			manager.Post(t, changed...)
			manager.Flush(t)
			changed = nil
		}
	}
	checkTexts(t, s)
}

func told(a *rules.Alert) alertlab.Alert {
	now := time.Now()
	sent := alertlab.Alert{
		Labels: a.Labels.Map(), Annotations: a.Annotations.Map(), StartsAt: now.Add(-time.Second), EndsAt: now.Add(time.Hour),
	}
	if a.State != rules.StateFiring {
		sent.EndsAt = now
	}
	return sent
}

// promised is the table of docs/alerting.md.
func promised(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../docs/alerting.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), "| situation | notifications |\n")
	if !ok {
		t.Fatal("docs/alerting.md has no table of situations")
	}
	table, _, _ := strings.Cut(rest, "\n\n")
	rows := map[string]string{}
	for line := range strings.Lines(table) {
		if cells := strings.Split(line, " | "); len(cells) == 2 {
			rows[strings.TrimPrefix(cells[0], "| ")] = strings.TrimSuffix(strings.TrimSpace(cells[1]), " |")
		}
	}
	return rows
}
