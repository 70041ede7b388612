package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// section is a row with its panels, which fill the grid from left to right and wrap.
type section struct {
	title     string
	collapsed bool
	panels    []panel
}

// columns of Grafana's grid.
const columns = 24

// page is a dashboard before its panels have places.
type page struct {
	uid, title, about string
	from              string
	variables         []dashboard.VariableModel
	annotations       []dashboard.AnnotationQuery
	sections          []section
}

func (p page) dashboard() model {
	return model{
		Uid: &p.uid, Title: &p.title, Description: &p.about, Tags: []string{tag},
		Timezone: new("browser"), Editable: new(true), Refresh: new("1m"), SchemaVersion: 42,
		GraphTooltip: new(dashboard.DashboardCursorSyncCrosshair), FiscalYearStartMonth: new(uint8(0)),
		Time:        &dashboard.DashboardDashboardTime{From: p.from, To: "now"},
		Timepicker:  &dashboard.TimePickerConfig{},
		Panels:      p.panels(),
		Templating:  dashboard.DashboardDashboardTemplating{List: p.variables},
		Annotations: dashboard.AnnotationContainer{List: p.annotations},
		Links:       []dashboard.DashboardLink{otherDashboards()},
	}
}

// panels gives every panel its place. A collapsed row holds its panels, an open one is followed by
// them; both count their height from where they stand.
func (p page) panels() []dashboard.PanelOrRowPanel {
	var all []dashboard.PanelOrRowPanel
	y := uint32(0)
	for _, s := range p.sections {
		row := s.row(y)
		placed, below := place(s.panels, y+1)
		y = below
		if s.collapsed {
			row.Panels = placed
			y = row.GridPos.Y + 1
		}
		all = append(all, dashboard.PanelOrRowPanel{RowPanel: row})
		if s.collapsed {
			continue
		}
		for i := range placed {
			all = append(all, dashboard.PanelOrRowPanel{Panel: &placed[i]})
		}
	}
	return all
}

func (s section) row(y uint32) *dashboard.RowPanel {
	return &dashboard.RowPanel{
		Type: "row", Title: &s.title, Id: identify("row " + s.title), Collapsed: s.collapsed,
		GridPos: &dashboard.GridPos{H: 1, W: columns, Y: y}, Panels: []dashboard.Panel{},
	}
}

// place fills lines from the left and returns where the next line begins.
//
//	┌ 8 ┐┌ 8 ┐┌ 8 ┐
//	┌── 16 ──┐┌ 8 ┐   a panel that does not fit begins a new line,
//	┌──── 24 ─────┐   below the highest of the last one
func place(panels []panel, y uint32) ([]dashboard.Panel, uint32) {
	var placed []dashboard.Panel
	x, tallest := uint32(0), uint32(0)
	for _, p := range panels {
		if x+p.width > columns {
			x, y, tallest = 0, y+tallest, 0
		}
		p.GridPos = &dashboard.GridPos{H: p.height, W: p.width, X: x, Y: y}
		placed = append(placed, p.Panel)
		x, tallest = x+p.width, max(tallest, p.height)
	}
	return placed, y + tallest
}
