// Package dashboards builds the Grafana dashboards of firsttoken in Go: five of them, in the classic
// model (schema 42), which Grafana 10 to 13 load. It knows metric names, PromQL and Grafana's model; it
// asks no server anything, and no number that a configuration can change is written down here: what
// separates good from bad comes from the exported objectives, windows and factors from package alerts.
//
// The JSON is committed in json/ and embedded, so that a reader of the repository and a user of the
// binary see the same bytes; a test fails when they differ from what the code builds.
//
// # What Grafana does not say
//
// These were seen only in a real Grafana, and are held by the tests of this package:
//
//   - A stat whose orientation is the empty string draws the first of its series and drops the rest.
//   - An XY chart without a pluginVersion, or with one before 11.1, is read as the old format and fails.
//   - A minimum of 0 hides an error budget that is overspent.
//   - The data source belongs on the panel and on each of its queries, or the variable is ignored.
package dashboards

//go:generate go run ./generate
