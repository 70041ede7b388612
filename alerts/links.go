package alerts

import "strings"

// Links are where alerts point to.
type Links struct {
	Runbooks   string `yaml:"runbooks"`   // an alert's section is this plus # and its name in lower case
	Dashboards string `yaml:"dashboards"` // a dashboard is this plus its uid
	Pages      string `yaml:"pages"`      // firsttoken's own address, where a person sees the last results; empty is none
}

// defaultLinks point to this project's runbooks, and to a Grafana that every user replaces:
// links in the parameters.
func defaultLinks() Links {
	return Links{
		Runbooks:   "https://github.com/firsttoken/firsttoken/blob/main/docs/runbooks.md",
		Dashboards: "https://grafana.example.com/d/",
	}
}

// page is where firsttoken shows the state of its targets, or of one, with the last error in the server's own words.
func (l Links) page(ofTarget bool) string {
	switch {
	case l.Pages == "":
		return ""
	case ofTarget:
		return strings.TrimSuffix(l.Pages, "/") + "/?target={{ $labels.target }}"
	}
	return strings.TrimSuffix(l.Pages, "/") + "/"
}

func (l Links) runbook(alert string) string { return l.Runbooks + "#" + strings.ToLower(alert) }

// Uids of the dashboards. They stand here because alerts link to dashboards, and dashboards know the alerts.
const (
	FleetUID    = "firsttoken-fleet"
	EndpointUID = "firsttoken-endpoint"
	SLOUID      = "firsttoken-slo"
	CapacityUID = "firsttoken-capacity"
	GPUUID      = "firsttoken-gpu"
)

// Dashboards that alerts link to, with the variables that an alert's labels fill.
const (
	fleetDashboard    = FleetUID
	endpointDashboard = EndpointUID + ofTarget
	sloDashboard      = SLOUID + ofTarget + "&var-slo={{ $labels.slo }}"
	capacityDashboard = CapacityUID + ofTarget
	gpuDashboard      = GPUUID + ofTarget

	ofTarget = "?var-target={{ $labels.target }}{{ with $labels.job }}&var-job={{ . }}{{ end }}"
)
