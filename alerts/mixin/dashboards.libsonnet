// The dashboards, as Go writes them.
{
  grafanaDashboards+:: {
    'firsttoken-capacity.json': import '../../dashboards/json/firsttoken-capacity.json',
    'firsttoken-endpoint.json': import '../../dashboards/json/firsttoken-endpoint.json',
    'firsttoken-fleet.json': import '../../dashboards/json/firsttoken-fleet.json',
    'firsttoken-gpu.json': import '../../dashboards/json/firsttoken-gpu.json',
    'firsttoken-slo.json': import '../../dashboards/json/firsttoken-slo.json',
  },
}
