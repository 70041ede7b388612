package dashboards

import "github.com/firsttoken/firsttoken/alerts"

// target is everything about one endpoint: what its user feels, first; what could explain it, below.
func target() model {
	return page{
		uid: alerts.EndpointUID, title: "firsttoken / Target", from: "now-6h",
		variables: scopeOfOne(), annotations: events(),
		about: "One endpoint: time to first token in every light, then speed, tokens, outcomes, costs," +
			" and the engine's own view beside ours.",
		sections: []section{
			{title: "Time to first token", panels: ttftPanels()},
			{title: "Where the time goes", panels: timePanels()},
			{title: "Speed of the answer", panels: speedPanels()},
			{title: "Tokens and outcomes", panels: tokenPanels()},
			{title: "What probing costs", panels: spendingPanels()},
			{title: "Can these numbers be believed?", panels: honestyPanels()},
			{title: "The engine's own view", panels: enginePanels()},
			{title: "Together dedicated endpoints", collapsed: true, panels: togetherPanels()},
		},
	}.dashboard()
}
