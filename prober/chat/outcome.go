package chat

import "strings"

// Outcome is how an exchange ended, from a closed set that is safe as a label. The table below says what
// each one means.
type Outcome string

// The outcomes; the table has a row for each.
const (
	OK          Outcome = "ok"
	Refused     Outcome = "refused"
	Throttled   Outcome = "throttled"
	ServerError Outcome = "server_error"
	Rejected    Outcome = "rejected"
	Denied      Outcome = "denied"
	Broken      Outcome = "broken"
	Empty       Outcome = "empty"
	Truncated   Outcome = "truncated"
	Stalled     Outcome = "stalled"
	Timeout     Outcome = "timeout"
	Local       Outcome = "local"
	Cancelled   Outcome = "cancelled"
)

// outcome is one row of the table.
type outcome struct {
	name    Outcome
	meaning string // for documents
	fault   fault
	slo     effect
	slows   bool   // the load backs off
	colour  string // on dashboards, by Grafana's name; a hue for each fault, so far as hues go
}

// fault says who can do something about an outcome.
type fault string

const (
	faultNone          fault = "nobody"
	faultEndpoint      fault = "endpoint"
	faultConfiguration fault = "configuration"
	faultProber        fault = "prober"
)

// effect is what an outcome does to the objectives of its target:
//
//	          availability   ttft           tps            recall
//	good      good           by its time    by its rate    by its answer
//	bad       bad            by its time    bad            no event
//	excused   no event       no event       no event       no event
//
// A missing first token is bad for ttft. That verdict falls when the threshold has passed and stays, also
// for an exchange that is excused when it ends.
type effect string

const (
	sloGood    effect = "good"
	sloBad     effect = "bad"
	sloExcused effect = "no event"
)

// outcomes is the table, in the order in which a person reads it. Labels, documents and the dashboards'
// colours follow from it.
func outcomes() []outcome {
	return []outcome{
		{OK, "finished, with the end that its dialect prescribes", faultNone, sloGood, false, "green"},
		{Refused, "no connection: name resolution, TCP, TLS or a proxy failed", faultEndpoint, sloBad, false, "dark-purple"},
		{Throttled, "HTTP 429 or 529, or a vendor's rate-limit or overload error", faultEndpoint, sloBad, true, "yellow"},
		{ServerError, "HTTP 5xx: the engine failed, or a gateway lost it", faultEndpoint, sloBad, true, "orange"},
		{
			Rejected, "any HTTP status but those of answers: a wrong address, an unknown model, a prompt too long",
			faultConfiguration, sloExcused, false, "light-blue",
		},
		{
			Denied, "HTTP 401, 402 or 403: the key is wrong, its account has no money or no right to the model",
			faultConfiguration, sloExcused, false, "blue",
		},
		{
			Broken, "an error object in a 200, malformed data, a connection that was cut, or an engine that gave up",
			faultEndpoint, sloBad, false, "red",
		},
		{
			Empty, "finished as its dialect prescribes, without a single token",
			faultEndpoint, sloBad, false, "semi-dark-orange",
		},
		{Truncated, "a clean end of file without the dialect's finish marker", faultEndpoint, sloBad, false, "dark-orange"},
		{Stalled, "began to answer, then sent nothing for stall_timeout", faultEndpoint, sloBad, false, "super-light-red"},
		{
			Timeout, "no first token within first_token_timeout, not finished within timeout, or HTTP 408 or 504",
			faultEndpoint, sloBad, true, "dark-red",
		},
		{
			Local, "a fault of this process: no file descriptors, no memory, no readable key",
			faultProber, sloExcused, false, "purple",
		},
		{Cancelled, "given up by the prober itself: shutdown or reload", faultNone, sloExcused, false, "text"},
	}
}

// Outcomes lists the set, in the order in which a person reads it.
func Outcomes() []Outcome {
	var names []Outcome
	for _, row := range outcomes() {
		names = append(names, row.name)
	}
	return names
}

// OutcomeNames is the set as a sentence has it: "ok, refused, … or cancelled".
func OutcomeNames() string {
	var b strings.Builder
	all := outcomes()
	for i, row := range all {
		switch {
		case i == 0:
		case i == len(all)-1:
			b.WriteString(" or ")
		default:
			b.WriteString(", ")
		}
		b.WriteString(string(row.name))
	}
	return b.String()
}

// Excused reports whether the outcome is no event of any objective: the endpoint is not to blame.
func (o Outcome) Excused() bool { return o.row().slo == sloExcused }

// SlowsLoad reports whether the load backs off after the outcome.
func (o Outcome) SlowsLoad() bool { return o.row().slows }

// Colour is the outcome's on every dashboard, by Grafana's name.
func (o Outcome) Colour() string { return o.row().colour }

// row of the outcome; empty for a name that is not in the table.
func (o Outcome) row() outcome {
	for _, row := range outcomes() {
		if row.name == o {
			return row
		}
	}
	return outcome{}
}
