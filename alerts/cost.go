package alerts

import "time"

// Of the alert that a server's account of its tokens cannot be true. Tokenizers differ by a third or so from the
// estimate, which takes each word for tokens_per_word tokens; a factor of two is something else.
const (
	costWindow = Window("1h")
	costLow    = 0.5 // reported, of the cost by our own count
	costHigh   = 2.0
	costApart  = 0.1 // share of the requests, and of their tokens, that may be in one of the two costs alone
	costFor    = 15 * time.Minute
)

func (b builder) costDisagreement() alert {
	return alert{
		name: "CostDisagreement", severity: Warning, component: endpoint,
		// The two costs are of the same requests only where these end well and bring usage. A target that stops reporting
		// is charged by the estimate, and is no contradiction; one that fails reports what the estimate leaves out.
		expr: b.fill(`
(
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
    > $high
)
unless
  $failed > $apart * $requests
unless
  $unreported > $apart * $sent`, values{
			"reported":   increase(b.byTarget, "firsttoken_cost_dollars_total", costWindow),
			"estimated":  increase(b.byTarget, "firsttoken_estimated_cost_dollars_total", costWindow),
			"failed":     increase(b.byTarget, `firsttoken_requests_total{outcome!="ok"}`, costWindow),
			"requests":   increase(b.byTarget, "firsttoken_requests_total", costWindow),
			"unreported": increase(b.byTarget, `firsttoken_tokens_estimated_total{kind="input"}`, costWindow),
			"sent":       increase(b.byTarget, "firsttoken_sent_tokens_total", costWindow),
			"low":        number(costLow), "high": number(costHigh), "apart": number(costApart),
		}),
		wait:    costFor,
		summary: "{{ $labels.target }} reports other costs than its prompts can have",
		details: "What the server reported in " + string(costWindow) + " costs {{ $value | humanize }} times what our own " +
			"count of the same requests does. The budget is charged by the larger of both.",
		by: b.byTarget, before: 24 * time.Hour,
		action:    "Compare with the vendor's bill.",
		dashboard: endpointDashboard,
	}
}
