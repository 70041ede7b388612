package alerts

import "time"

// Of the alert that a server's account of its tokens cannot be true. Tokenizers differ by a third or so from the
// estimate, which takes each word for tokens_per_word tokens; a factor of two is something else.
const (
	costWindow = Window("1h")
	costLow    = 0.5 // reported, of the cost by our own count
	costHigh   = 2.0
	costFor    = 15 * time.Minute
)

func costDisagreement() alert {
	return alert{
		name: "CostDisagreement", severity: Warning, component: endpoint,
		// A target that reports nothing is charged by the estimate, and is no contradiction.
		expr: fill(`
(
    $reported
  /
    ($estimated > 0)
)
  < $low > 0
or
(
    $reported
  /
    ($estimated > 0)
)
  > $high`, values{
			"reported":  increase(byTarget, "firsttoken_cost_dollars_total", costWindow),
			"estimated": increase(byTarget, "firsttoken_estimated_cost_dollars_total", costWindow),
			"low":       number(costLow), "high": number(costHigh),
		}),
		wait:    costFor,
		summary: "{{ $labels.target }} reports other costs than its prompts can have",
		details: "What the server reported in " + string(costWindow) + " costs {{ $value | humanize }} times what our own " +
			"count of the same requests does. The budget is charged by the larger of both.",
		dashboard: endpointDashboard,
	}
}
