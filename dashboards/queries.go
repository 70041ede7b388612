package dashboards

import (
	"github.com/firsttoken/firsttoken/alerts"
	"github.com/firsttoken/firsttoken/prober/chat"
)

const (
	failed  = `outcome!~"` + string(chat.OK+"|"+chat.Cancelled) + `"`
	counted = `outcome!="` + string(chat.Cancelled) + `"`

	ttftObjective = `max by (target) (firsttoken_slo_threshold{SEL,slo="ttft"})`
	tpsObjective  = `max by (target) (firsttoken_slo_threshold{SEL,slo="tps"})`

	// setPoint is what the targets' configuration asks for, effectiveTPM what back-off leaves of it.
	setPoint     = `sum(max by (` + alerts.ByTarget + `) (firsttoken_tokens_per_minute_target{SEL}))`
	effectiveTPM = `max by (target) (firsttoken_tokens_per_minute_effective{SEL})`

	// tokensPerMinute counts reasoning once: it is part of the output. A server that reports nothing bears a load all
	// the same, which is estimated.
	tokensPerMinute = `60 * (sum by (target) (rate(firsttoken_tokens_total{SEL,kind!="reasoning"}[NOW]))` +
		` + sum by (target) (rate(firsttoken_tokens_estimated_total{SEL}[NOW])))`
)

// errorRatio is the share of failed requests, by a label or, without one, of all. It is 0, not absent,
// where requests were made and none failed.
func errorRatio(by string) string {
	group := "sum by (" + by + ") "
	if by == "" {
		group = "sum "
	}
	rate := func(outcomes string) string {
		return group + "(rate(firsttoken_requests_total{SEL," + outcomes + "}[NOW]))"
	}
	all := rate(counted)
	return "(\n  " + rate(failed) + "\n  or\n  0 * " + all + "\n)\n/\n(" + all + " > 0)"
}

func ttftP95() string { return ttft().quantile(0.95) }
func tpsP50() string  { return tps().quantile(0.5) }

// burnRate is how many times faster than allowed the bad events of a window spend the error budget.
func burnRate(w alerts.Window, selector string) string {
	return alerts.RatioRecord(w) + selector + " / " + alerts.BudgetRecord + selector
}
