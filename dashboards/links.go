package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

const tag = "firsttoken"

// handedOn are the variables that a link from a cell or a line hands on besides the target; the time
// range goes along. The list of dashboards at the top hands on all.
const handedOn = "${datasource:queryparam}&${job:queryparam}&" +
	"${histograms:queryparam}&${window:queryparam}&${__url_time_range}"

// otherDashboards is the row of links at the top of each dashboard.
func otherDashboards() dashboard.DashboardLink {
	return dashboard.DashboardLink{
		Title: "firsttoken", Type: dashboard.DashboardLinkTypeDashboards, Icon: "external link",
		Tags: []string{tag}, IncludeVars: true, KeepTime: true,
	}
}

// rowTarget opens the target of a table's row.
func rowTarget(uid, title string) dashboard.DashboardLink {
	return link(title, uid, "${__data.fields.Target}")
}

// seriesTarget opens the target of a line.
func seriesTarget(uid, title string) dashboard.DashboardLink {
	return link(title, uid, "${__field.labels.target}")
}

func link(title, uid, target string) dashboard.DashboardLink {
	url := "/d/" + uid + "?var-target=" + target + "&" + handedOn
	return dashboard.DashboardLink{
		Title: title, Type: dashboard.DashboardLinkTypeLink, Icon: "dashboard", Url: &url, Tags: []string{},
	}
}
