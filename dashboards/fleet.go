package dashboards

import "github.com/firsttoken/firsttoken/alerts"

// fleet is the dashboard to open first when on call, and for a screen on the wall: is anything wrong, and
// where.
func fleet() model {
	return page{
		uid: alerts.FleetUID, title: "firsttoken / Fleet", from: "now-6h", variables: scope(), annotations: events(),
		about: "Every target at once: the worst of each number, a table to find who it is, and what happened when.",
		sections: []section{
			{title: "Now", panels: fleetTiles()},
			{title: "Targets", panels: []panel{fleetTable(), fleetStates()}},
			{title: "Over time", panels: fleetGraphs()},
			{title: "The prober itself", collapsed: true, panels: proberGraphs()},
		},
	}.dashboard()
}
